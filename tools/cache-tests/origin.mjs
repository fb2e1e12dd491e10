/** The server whose answers are cached: the tests' own handlers behind a node:http server on a free port. */
import { createServer } from 'node:http';

/** Longer than the tests take: a connection the origin closes while it is used again would count as a failure of the cache. */
const KEEP_ALIVE_MS = 600_000;

/** @param {Record<string, (segments: string[], request: object, response: object) => void>} handlers */
export async function startOrigin(handlers) {
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    const [, kind = '', ...segments] = new URL(request.url ?? '/', 'http://origin').pathname.split('/');
    const handle = Object.hasOwn(handlers, kind) ? handlers[kind] : undefined;
    if (handle === undefined) response.writeHead(404).end();
    else handle(segments, request, response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  return {
    host: `127.0.0.1:${port}`,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
