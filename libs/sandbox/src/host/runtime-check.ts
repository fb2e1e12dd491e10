import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const NODE_MAJOR = 24;
const ISOLATED_VM_MIN = [7, 0, 1] as const;

/** Ends the process with one clear line when it was not started the way `hostCommand` says. */
export function refuseWrongRuntime(): void {
  const problem = runtimeProblem(process.versions.node, process.execArgv, isolatedVmVersion());
  if (problem === null) return;
  console.error(`sandbox host: ${problem}`);
  process.exit(78);
}

/** What is wrong with the runtime, or null. */
export function runtimeProblem(
  nodeVersion: string,
  nodeFlags: readonly string[],
  isolatedVm: string | null,
): string | null {
  if (Number(nodeVersion.split('.')[0]) !== NODE_MAJOR)
    return `needs Node ${NODE_MAJOR} (the npm package "node" brings it), this is ${nodeVersion}`;
  if (!nodeFlags.includes('--no-node-snapshot'))
    return 'needs node --no-node-snapshot; without it isolates crash the process';
  if (isolatedVm === null) return 'isolated-vm is not installed; run npm ci';
  if (isOlder(isolatedVm)) {
    return `needs isolated-vm ${ISOLATED_VM_MIN.join('.')} or newer, this is ${isolatedVm}: older ones have a critical escape (GHSA-864f-rcv7-6rh4)`;
  }
  return null;
}

function isOlder(version: string): boolean {
  const parts = version.split('.').map(Number);
  for (const [at, least] of ISOLATED_VM_MIN.entries()) {
    const part = parts[at] ?? 0;
    if (part !== least) return part < least;
  }
  return false;
}

function isolatedVmVersion(): string | null {
  try {
    const main = createRequire(__filename).resolve('isolated-vm');
    const text = readFileSync(join(dirname(main), 'package.json'), 'utf8');
    return (JSON.parse(text) as { version: string }).version;
  } catch {
    return null;
  }
}
