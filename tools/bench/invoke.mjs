/** Requests per second and latency of a function route beside a bare node:http server, in interleaved rounds: a drifting machine hurts both alike. */
import { expectStatus } from '../platform/control-plane-client.mjs';
import { generateLoad, median, startBareServer } from './load.mjs';

const CONNECTIONS = [64, 1];
const WARM_UP_SECONDS = 2;

export const HELLO_SOURCE = `export const handler = async (event) => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ message: 'hello', path: event.rawPath }),
});
`;

export async function deployHello(controlPlane) {
  expectStatus(await controlPlane.putFunction('bench-hello', HELLO_SOURCE), 'the upload', 200, 201);
  const route = { route: 'GET /hello', integration: { type: 'function', function: 'bench-hello' } };
  expectStatus(await controlPlane.putApi('bench', { routes: [route] }), 'the route', 200, 201);
  return '/bench/hello';
}

export async function benchInvoke({ controlPlane, platform, print, rounds, secondsEach }) {
  const path = await deployHello(controlPlane);
  const port = Number(new URL(platform.publicUrl).port);
  const bare = await startBareServer();
  try {
    const targets = [
      { name: 'bare node:http', port: bare.port },
      { name: 'function route', port },
    ];
    for (const target of targets)
      await generateLoad({ port: target.port, path, connections: 64, seconds: WARM_UP_SECONDS });
    const rows = [];
    for (let round = 0; round < rounds; round++)
      for (const target of targets)
        for (const connections of CONNECTIONS)
          rows.push({
            target,
            connections,
            ...(await generateLoad({ port: target.port, path, connections, seconds: secondsEach })),
          });
    let errors = 0;
    for (const connections of CONNECTIONS) {
      print(`  ${String(connections).padStart(2)} connections        req/s    p50 ms    p99 ms   errors`);
      const medians = targets.map((target) => {
        const own = rows.filter((row) => row.target === target && row.connections === connections);
        const figures = {
          perSecond: median(own.map((row) => row.requests / row.seconds)),
          p50Ms: median(own.map((row) => row.p50Us)) / 1000,
          p99Ms: median(own.map((row) => row.p99Us)) / 1000,
        };
        const failed = own.reduce((sum, row) => sum + row.errors, 0);
        errors += failed;
        print(
          `    ${target.name.padEnd(16)}${figures.perSecond.toFixed(0).padStart(8)}${figures.p50Ms.toFixed(2).padStart(10)}${figures.p99Ms.toFixed(2).padStart(10)}${String(failed).padStart(9)}`,
        );
        return figures;
      });
      const [bareFigures, functionFigures] = medians;
      print(
        `    function / bare: ${(functionFigures.perSecond / bareFigures.perSecond).toFixed(2)} of its req/s; p50 ${(functionFigures.p50Ms - bareFigures.p50Ms).toFixed(2)} ms above`,
      );
    }
    return errors === 0;
  } finally {
    bare.stop();
  }
}
