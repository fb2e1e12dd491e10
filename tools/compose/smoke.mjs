/**
 * Checks a running compose project from the outside, as its operator would: node tools/compose/smoke.mjs
 * It stops and kills parts of the platform on purpose, so use it on a project that serves nobody yet.
 * With --up it builds the image, starts a project of its own on free ports, and removes it with its volumes at the end.
 */
import { createServer } from 'node:net';
import { ControlPlaneClient } from '../platform/control-plane-client.mjs';
import { ComposeProject } from './compose-project.mjs';
import { containmentChecks } from './containment-checks.mjs';
import { recoveryChecks } from './recovery-checks.mjs';
import { requestChecks } from './request-checks.mjs';

const credentialsFile = '/var/lib/sluice/root-credentials/root-credentials.json';

if (process.argv.includes('--up')) await onProjectOfItsOwn();
else process.exitCode = await check(new ComposeProject());

async function onProjectOfItsOwn() {
  const environment = { PUBLIC_PORT: String(await freePort()), ADMIN_PORT: String(await freePort()) };
  const project = new ComposeProject({ name: 'sluice-smoke', environment });
  try {
    await project.compose('up', '--build', '--detach', '--wait');
    process.exitCode = await check(project);
    if (process.exitCode !== 0) console.log(await project.compose('logs', '--tail', '50'));
  } finally {
    await project.compose('down', '--volumes', '--timeout', '10');
  }
}

/** @param {ComposeProject} project */
async function check(project) {
  const platform = { project, ...(await addresses(project)) };
  let passed = 0;
  let failed = 0;
  for (const [promise, holds] of [...containmentChecks, ...requestChecks, ...recoveryChecks]) {
    try {
      await holds(platform);
      console.log(`ok    ${promise}`);
      passed += 1;
    } catch (error) {
      console.log(`FAIL  ${promise}\n      ${error.message.replaceAll('\n', '\n      ')}`);
      failed += 1;
    }
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** @param {ComposeProject} project */
async function addresses(project) {
  const { config } = await project.container('gateway');
  const environment = Object.fromEntries(config.Env.map((entry) => entry.split(/=(.*)/s)));
  const key = JSON.parse(await project.compose('exec', '-T', 'gateway', 'cat', credentialsFile));
  const adminUrl = `http://127.0.0.1:${environment.ADMIN_PORT}`;
  return {
    publicUrl: `http://127.0.0.1:${environment.PUBLIC_PORT}`,
    adminUrl,
    controlPlane: new ControlPlaneClient({ adminUrl, ...key }),
  };
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
