import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type HostOptions } from '../channel';

/**
 * V8's flags in a sandbox host. Snapshots and code caches are bound to them.
 * A regular expression that backtracks without end is handed to V8's linear engine. Turboshaft's loop unrolling takes the stack
 * check out of loops that have no end (`for (;;) new Array(1000).fill({})`, V8 13.6): such a loop could not be stopped.
 */
export const HOST_V8_FLAGS: readonly string[] = [
  '--no-node-snapshot',
  '--max-old-space-size=256',
  '--enable-experimental-regexp-engine-on-excessive-backtracks',
  '--no-turboshaft-loop-unrolling',
];

/** The program that a sandbox host is, for `spawn(command, args, { env: {}, stdio: ['ignore', …, …, 'pipe'] })`; fd 3 is the channel. */
export interface HostCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * How to start a sandbox host: Node with the flags isolated-vm needs, under the permission model with nothing to read but the
 * code it runs. Works from compiled code only (`dist`), where it names its own directory and those of the packages it loads.
 */
export function hostCommand(options: HostOptions): HostCommand {
  // From `src` under a test runner as from `dist`: both lie side by side.
  const packageDirectory = realpathSync(join(__dirname, '..', '..'));
  const main = join(packageDirectory, 'dist', 'host', 'main.js');
  return {
    command: process.execPath,
    args: [
      ...HOST_V8_FLAGS,
      '--disable-warning=SecurityWarning',
      '--disable-warning=ExperimentalWarning',
      '--permission',
      '--allow-addons',
      ...readableDirectories(packageDirectory).map((directory) => `--allow-fs-read=${directory}`),
      main,
      JSON.stringify(options),
    ],
  };
}

function readableDirectories(packageDirectory: string): string[] {
  const directories = new Set([join(packageDirectory, 'dist'), join(packageDirectory, 'package.json')]);
  for (const name of ['@sluice/contracts', '@sluice/framing']) addPackage(name, ['dist', 'package.json'], directories);
  for (const name of ['isolated-vm', 'node-gyp-build']) addPackage(name, [''], directories);
  // What node-gyp-build looks at to tell musl from glibc.
  directories.add('/etc/alpine-release');
  return [...directories];
}

/** Node looks a package up through its link in node_modules and then reads the real place. */
function addPackage(name: string, parts: readonly string[], directories: Set<string>): void {
  for (const modules of moduleDirectories()) {
    const link = join(modules, name);
    if (!existsSync(link)) continue;
    directories.add(link);
    for (const part of parts) directories.add(join(realpathSync(link), part));
    return;
  }
}

function moduleDirectories(): string[] {
  const directories: string[] = [];
  for (let directory = realpathSync(__dirname); ; directory = dirname(directory)) {
    directories.push(join(directory, 'node_modules'));
    if (dirname(directory) === directory) return directories;
  }
}
