/**
 * Builds what every isolate starts from: `dist/guest-image/guest.js` (the prelude, one script), `dist/guest-image/guest.snapshot` (V8's heap
 * after running it) and `dist/guest-image/manifest.json` (checksums). Run after `tsc`; does nothing when the inputs are unchanged.
 * A snapshot and code caches are only accepted under the V8 flags they were made with, so the snapshot is made by a child
 * process with exactly the flags of a sandbox host.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

const root = import.meta.dirname;
const output = join(root, 'dist', 'guest-image');
const require = createRequire(import.meta.url);

const { HOST_V8_FLAGS } = require(join(root, 'dist', 'host', 'host-command.js'));

if (process.argv[2] === '--snapshot') makeSnapshot(process.argv[3], process.argv[4]);
else await build();

async function build() {
  const inputs = inputKey();
  const manifestFile = join(output, 'manifest.json');
  if (existsSync(manifestFile) && JSON.parse(readFileSync(manifestFile, 'utf8')).inputs === inputs) return;
  mkdirSync(output, { recursive: true });
  const code = await bundle();
  const codeFile = join(output, `guest.js.${process.pid}`);
  const snapshotFile = join(output, `guest.snapshot.${process.pid}`);
  writeFileSync(codeFile, code);
  execFileSync(process.execPath, [...HOST_V8_FLAGS, import.meta.filename, '--snapshot', codeFile, snapshotFile], {
    stdio: 'inherit',
  });
  const manifest = { inputs, code: sha256(code), snapshot: sha256(readFileSync(snapshotFile)) };
  renameSync(codeFile, join(output, 'guest.js'));
  renameSync(snapshotFile, join(output, 'guest.snapshot'));
  writeFileSync(`${manifestFile}.${process.pid}`, JSON.stringify(manifest));
  renameSync(`${manifestFile}.${process.pid}`, manifestFile);
}

async function bundle() {
  const esbuild = await import('esbuild');
  const web = join(root, 'src', 'guest', 'web');
  const slimUrl = {
    name: 'slim-url',
    setup(build) {
      build.onResolve({ filter: /^tr46$/ }, () => ({ path: join(web, 'url-idna.ts') }));
      build.onResolve({ filter: /^@exodus\/bytes\/whatwg\.js$/ }, () => ({
        path: join(web, 'url-percent-encoding.ts'),
      }));
      build.onResolve({ filter: /^@exodus\/bytes\/encoding\.js$/ }, () => ({
        path: 'legacy-encodings',
        namespace: 'nothing',
      }));
      build.onLoad({ filter: /.*/, namespace: 'nothing' }, () => ({ contents: '' }));
    },
  };
  const result = await esbuild.build({
    entryPoints: [join(root, 'src', 'guest', 'main.ts')],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    conditions: ['@sluice/source'],
    target: 'es2024',
    minifySyntax: true,
    minifyWhitespace: true,
    treeShaking: true,
    plugins: [slimUrl],
    logLevel: 'error',
    tsconfigRaw: {},
  });
  // Strict throughout, third-party code too: call sites then show nobody the prelude's functions.
  return `"use strict";${result.outputFiles[0].text}`;
}

function makeSnapshot(codeFile, snapshotFile) {
  const ivm = require('isolated-vm');
  const { GUEST_SCRIPT_NAME } = require(join(root, 'dist', 'isolate-protocol.js'));
  const snapshot = ivm.Isolate.createSnapshot([{ code: readFileSync(codeFile, 'utf8'), filename: GUEST_SCRIPT_NAME }]);
  writeFileSync(snapshotFile, Buffer.from(snapshot.copy()));
}

function inputKey() {
  const hash = createHash('sha256').update(process.version).update(process.arch).update(HOST_V8_FLAGS.join(' '));
  const files = [import.meta.filename, join(root, 'src', 'isolate-protocol.ts')];
  for (const directory of [join(root, 'src', 'guest'), join(root, '..', 'contracts', 'src')]) {
    if (!existsSync(directory)) continue;
    for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true }))
      if (entry.isFile() && entry.name.endsWith('.ts')) files.push(join(entry.parentPath, entry.name));
  }
  for (const name of ['whatwg-url', 'webidl-conversions', 'isolated-vm', 'esbuild'])
    files.push(require.resolve(`${name}/package.json`));
  for (const file of files.sort()) hash.update(file.slice(root.length)).update('\0').update(readFileSync(file));
  return hash.digest('hex');
}

function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}
