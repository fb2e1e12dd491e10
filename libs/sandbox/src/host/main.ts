/**
 * Entry of the sandbox host process (see `host-command.ts`): `main.js '<HostOptions JSON>'`, fd 3 = the channel.
 * It has no environment, no files but its own code, and ends with SIGKILL to itself when the channel closes: threads that do
 * not stop would keep an ordinary exit waiting.
 */
import { Socket } from 'node:net';
import { type HostOptions } from '../channel';
import type * as sandboxHost from './sandbox-host';
import { refuseWrongRuntime } from './runtime-check';

const CHANNEL_FD = 3;

function main(): void {
  refuseWrongRuntime();
  const options = JSON.parse(process.argv[2] ?? '') as HostOptions;
  const channel = new Socket({ fd: CHANNEL_FD, readable: true, writable: true });
  const end = (): void => void process.kill(process.pid, 'SIGKILL');
  channel.on('close', end).on('end', end).on('error', end);
  // Only after the check: a wrong Node cannot load isolated-vm, and its own message says less.
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- loaded after the check
  const { SandboxHost } = require('./sandbox-host') as typeof sandboxHost;
  new SandboxHost(channel, options).start().catch((error: unknown) => {
    console.error(`sandbox host: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    end();
  });
}

main();
