/**
 * What /proc says about the platform's processes: who is there, what CPU time and memory each has used. Linux only;
 * everywhere else, and for a platform on another machine, `findPlatformProcesses` answers null and callers leave those checks out.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const CLOCK_TICKS_PER_SECOND = 100;
const PAGE_BYTES = 4096;

/** Finds gateway and runner by the announcements in `<dataDir>/run`; null when they are not processes of this machine. */
export function findPlatformProcesses(dataDir) {
  try {
    const gatewayPid = JSON.parse(readFileSync(join(dataDir, 'run', 'gateway.json'), 'utf8')).pid;
    const runnerPid = JSON.parse(readFileSync(join(dataDir, 'run', 'runner.json'), 'utf8')).pid;
    return isAlive(gatewayPid) && isAlive(runnerPid) ? { gatewayPid, runnerPid } : null;
  } catch {
    return null;
  }
}

/** Sandbox hosts are the runner's direct children. */
export function sandboxHostPids(runnerPid) {
  return childPids(runnerPid).filter((pid) => commandLine(pid).includes('host'));
}

export function childPids(parentPid) {
  const children = [];
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    if (statFields(entry)?.parentPid === parentPid) children.push(Number(entry));
  }
  return children;
}

/** A zombie is not alive. */
export function isAlive(pid) {
  const fields = statFields(pid);
  return fields !== null && fields.state !== 'Z' && fields.state !== 'X';
}

/** CPU seconds used since the process started; 0 for a process that is gone. */
export function cpuSeconds(pid) {
  const fields = statFields(pid);
  return fields === null ? 0 : fields.cpuTicks / CLOCK_TICKS_PER_SECOND;
}

export function residentBytes(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES;
  } catch {
    return 0;
  }
}

function commandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

function statFields(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0], parentPid: Number(fields[1]), cpuTicks: Number(fields[11]) + Number(fields[12]) };
  } catch {
    return null;
  }
}
