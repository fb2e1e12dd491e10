/**
 * npm run attacks -- [DIR] [--url URL --admin-url URL --key FILE] [--only PREFIX[,PREFIX]] [--self-test]
 *
 * Runs every attack function of a directory (default: our own, `tools/attacks/functions`) beside a victim function and checks each
 * contract; see README.md. Without --url it builds what is stale and starts a platform of its own on free ports.
 * Exit code 0 only when every file and the victim held (with --self-test: when everything planted was reported).
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { ControlPlaneClient } from '../platform/control-plane-client.mjs';
import { listAttackFiles } from './attack-file.mjs';
import { PlatformWatch } from './platform-watch.mjs';
import { runAttackFiles } from './run-directory.mjs';
import { runSelfTest } from './self-test.mjs';

const OWN_FUNCTIONS = join(import.meta.dirname, 'functions');

process.exitCode = await main();

async function main() {
  let options;
  try {
    options = readArguments();
  } catch (error) {
    console.error(`attacks: ${error.message}`);
    return 2;
  }
  const { directory, only, selfTest } = options;
  const files = selfTest ? [] : listAttackFiles(directory, only);
  if (!selfTest && files.length === 0) {
    console.log(
      `FAILED  ${directory} has no attack files${only.length > 0 ? ` that start with ${only.join(' or ')}` : ''}`,
    );
    console.log('0 files: 0 held, 1 failed');
    return 1;
  }
  const platform = await reachPlatform(options);
  try {
    const surroundings = {
      controlPlane: new ControlPlaneClient({ adminUrl: platform.adminUrl, ...platform.rootKey }),
      publicUrl: platform.publicUrl,
      watch: new PlatformWatch(platform),
      secrets: [platform.rootKey.secretAccessKey],
      print: (line) => console.log(line),
    };
    if (!surroundings.watch.seesProcesses)
      console.log('attacks: the platform is not on this machine; its processes and their CPU are not checked');
    if (selfTest) return (await runSelfTest(surroundings)) ? 0 : 1;
    const result = await runAttackFiles({ ...surroundings, files });
    return result.failed === 0 && result.victimHeld ? 0 : 1;
  } finally {
    await platform.stop();
  }
}

function readArguments() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      url: { type: 'string' },
      'admin-url': { type: 'string' },
      key: { type: 'string' },
      only: { type: 'string', multiple: true },
      'self-test': { type: 'boolean', default: false },
    },
  });
  if (positionals.length > 1) throw new Error('one directory at a time');
  const directory = positionals[0] ?? OWN_FUNCTIONS;
  if (!existsSync(directory)) throw new Error(`no such directory: ${directory}`);
  return {
    directory,
    url: values.url,
    adminUrl: values['admin-url'],
    keyFile: values.key,
    only: (values.only ?? []).flatMap((prefixes) => prefixes.split(',')),
    selfTest: values['self-test'],
  };
}

/** A platform that runs already, or one of our own. */
async function reachPlatform({ url, adminUrl, keyFile }) {
  if (url === undefined) {
    const { startPlatform } = await import('../platform/start-platform.mjs');
    return startPlatform();
  }
  const publicUrl = new URL(url).origin;
  const file = keyFile ?? join(process.env['SLUICE_DATA_DIR'] ?? '.data', 'root-credentials.json');
  if (!existsSync(file)) throw new Error(`no root key at ${file}; give --key FILE`);
  return {
    publicUrl,
    adminUrl: adminUrl ?? Object.assign(new URL(publicUrl), { port: '8081' }).origin,
    rootKey: JSON.parse(readFileSync(file, 'utf8')),
    dataDir: dirname(file),
    stop: async () => {},
  };
}
