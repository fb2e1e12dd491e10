/** Parts of the platform are stopped, killed, doubled and started again; what was promised is still there. */
import assert from 'node:assert/strict';
import { eventually } from './eventually.mjs';

const recoveryTimeoutMs = 60_000;

/** @type {[string, (platform: any) => Promise<void>][]} */
export const recoveryChecks = [
  [
    'init runs again and changes nothing',
    async (platform) => {
      const before = await secretHashes(platform);
      const output = await platform.project.compose('run', '--rm', '-T', 'init');
      assert.equal(output.match(/init: kept/g)?.length, 4, output);
      assert.equal(await secretHashes(platform), before);
    },
  ],
  [
    'a call that runs is answered although its runner is told to stop; the next runner takes over',
    async ({ project, publicUrl, adminUrl }) => {
      const running = fetch(`${publicUrl}/smoke/slow`);
      await eventually(async () => assert.ok((await inFlight(adminUrl)) > 0, 'nothing runs yet'), 2_000);
      await project.compose('stop', 'function-runner');
      assert.equal((await running).status, 200);
      assert.equal((await project.container('function-runner')).state.ExitCode, 0);
      await project.compose('up', '--detach', '--wait', '--no-recreate', 'function-runner');
      await answers(publicUrl);
    },
  ],
  [
    'a runner that is killed comes back by itself',
    async ({ project, publicUrl }) => {
      await killMainProcess(project, 'function-runner');
      await answers(publicUrl);
    },
  ],
  [
    'a gateway that is killed comes back by itself, with every function and route',
    async ({ project, publicUrl }) => {
      await killMainProcess(project, 'gateway');
      await answers(publicUrl);
    },
  ],
  [
    'both Redis are restarted: functions and routes are kept, and calls succeed again',
    async ({ project, publicUrl, controlPlane }) => {
      await project.compose('restart', 'redis-durable', 'redis-volatile');
      await answers(publicUrl);
      await eventually(async () => {
        const { status, body } = await controlPlane.request('GET', '/v1/functions/smoke-hello');
        assert.equal(status, 200);
        assert.equal(body.name, 'smoke-hello');
      });
    },
  ],
  [
    'a second gateway and a second runner join without a word of configuration',
    async ({ project, publicUrl }) => {
      await project.compose('up', '--detach', '--wait', '--no-recreate', '--scale', 'function-runner=2');
      // A gateway without published ports, as one behind a load balancer: called from inside its own container.
      const id = (await project.compose('run', '--detach', '--no-deps', '-T', 'gateway')).trim().split('\n').at(-1);
      try {
        await eventually(async () => {
          const answer = await project.runInContainer(id, callOwnPublicPort);
          assert.equal(answer, '200 {"message":"Hello, Ada"}');
        });
      } finally {
        await project.removeContainer(id);
        await project.compose('up', '--detach', '--wait', '--no-recreate', '--scale', 'function-runner=1');
      }
      await answers(publicUrl);
    },
  ],
  [
    'everything is stopped and started: every function and route is there',
    async ({ project, publicUrl }) => {
      await project.compose('down');
      await project.compose('up', '--detach', '--wait');
      await answers(publicUrl);
    },
  ],
];

const callOwnPublicPort = `fetch('http://127.0.0.1:' + process.env.PUBLIC_PORT + '/smoke/hello/Ada')
  .then(async (response) => console.log(response.status, await response.text()), (error) => console.log(error.message))`;

/** Five answers in a row, so that one lucky one between two failures does not count. */
async function answers(publicUrl) {
  await eventually(async () => {
    for (let call = 0; call < 5; call += 1) {
      const response = await fetch(`${publicUrl}/smoke/hello/Ada`, { signal: AbortSignal.timeout(10_000) });
      assert.equal(response.status, 200, `the answer was ${response.status} ${await response.clone().text()}`);
      assert.deepEqual(await response.json(), { message: 'Hello, Ada' });
    }
  }, recoveryTimeoutMs);
}

/** Not `docker kill`, which Docker takes for the operator's wish and does not start again. */
async function killMainProcess(project, service) {
  const startedAt = (await project.container(service)).state.StartedAt;
  const source = `
    const fs = require('node:fs');
    const pid = fs.readFileSync('/proc/1/task/1/children', 'utf8').trim().split(' ')[0];
    process.kill(Number(pid), 'SIGKILL');`;
  // The container ends under this very command, so its exit code says nothing.
  await project.tryCompose('exec', '-T', service, 'node', '-e', source);
  await eventually(async () => {
    const { state } = await project.container(service);
    assert.ok(state.Running && state.StartedAt !== startedAt, `${service} has not been started again`);
  }, recoveryTimeoutMs);
}

/** As the runners' heartbeats say; up to half a second old. */
async function inFlight(adminUrl) {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  const counts = [...text.matchAll(/^sluice_runner_in_flight\{.*\} (\d+)$/gm)].map(([, count]) => Number(count));
  return counts.reduce((sum, count) => sum + count, 0);
}

async function secretHashes({ project }) {
  return project.runIn(
    'gateway',
    `const fs = require('node:fs'), root = '/var/lib/sluice/', hash = require('node:crypto').createHash('sha256');
     for (const name of fs.readdirSync(root).sort()) for (const file of fs.readdirSync(root + name).sort()) hash.update(fs.readFileSync(root + name + '/' + file));
     console.log(hash.digest('hex'))`,
  );
}
