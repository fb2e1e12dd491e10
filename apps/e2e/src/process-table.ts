import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

export interface PlatformProcesses {
  readonly gatewayPid: number;
  readonly runnerPid: number;
  readonly hostPids: readonly number[];
}

/** The platform's processes as they announce themselves; throws while one of them has not. */
export function platformProcesses(dataDir: string): PlatformProcesses {
  const gatewayPid = announcedPid(dataDir, 'gateway');
  const runnerPid = announcedPid(dataDir, 'runner');
  return { gatewayPid, runnerPid, hostPids: childPids(runnerPid) };
}

export function childPids(parentPid: number): number[] {
  return allPids().filter((pid) => processStatus(pid)?.parentPid === parentPid);
}

/** A process and everything below it. */
export function processTree(pid: number): number[] {
  return [pid, ...childPids(pid).flatMap(processTree)];
}

/** A zombie is not alive. */
export function isAlive(pid: number): boolean {
  const state = processStatus(pid)?.state;
  return state !== undefined && state !== 'Z' && state !== 'X';
}

function announcedPid(dataDir: string, role: string): number {
  const { pid } = JSON.parse(readFileSync(join(dataDir, 'run', `${role}.json`), 'utf8')) as { pid: number };
  return pid;
}

function allPids(): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number);
}

function processStatus(pid: number): { state: string; parentPid: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state = '', parentPid = ''] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { state, parentPid: Number(parentPid) };
  } catch {
    return null;
  }
}
