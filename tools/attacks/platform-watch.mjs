/**
 * Watches that an attack leaves the platform itself alone: gateway and runner keep running (same processes, healthy), and no sandbox host
 * goes on burning CPU. The process checks need the platform on this machine; elsewhere only health is asked.
 */
import { cpuSeconds, findPlatformProcesses, isAlive, sandboxHostPids } from '../platform/processes.mjs';

const CPU_WINDOW_MS = 300;
const CPU_WINDOWS = 4;
/** A stuck thread holds a core; the victim and a starting spare use far less than half of one for a whole second. */
const BURNING_SHARE = 0.5;

export class PlatformWatch {
  #adminUrl;
  #dataDir;
  #processes;

  /** @param {{ adminUrl: string, dataDir: string | undefined }} options */
  constructor({ adminUrl, dataDir }) {
    this.#adminUrl = adminUrl.replace(/\/$/, '');
    this.#dataDir = dataDir;
    this.#processes = dataDir === undefined ? null : findPlatformProcesses(dataDir);
  }

  get seesProcesses() {
    return this.#processes !== null;
  }

  /** What is wrong with gateway or runner, as a list of sentences. */
  async findDamage() {
    const problems = [];
    if (this.#processes !== null) {
      const now = findPlatformProcesses(this.#dataDir);
      for (const [role, key] of [
        ['gateway', 'gatewayPid'],
        ['runner', 'runnerPid'],
      ]) {
        if (!isAlive(this.#processes[key])) problems.push(`the ${role} died`);
        else if (now !== null && now[key] !== this.#processes[key]) problems.push(`the ${role} was restarted`);
      }
      if (now !== null) this.#processes = now;
    }
    for (const path of ['/health/live', '/health/ready']) {
      const status = await fetch(this.#adminUrl + path, { signal: AbortSignal.timeout(5_000) }).then(
        (response) => response.status,
        (error) => error.message,
      );
      if (status !== 200) problems.push(`${path} answered ${status}`);
    }
    return problems;
  }

  /** A sandbox host that is busy in each of several windows in a row, as a sentence; null when all are calm. */
  async findBurningHost() {
    if (this.#processes === null) return null;
    let suspects = null;
    let shares = new Map();
    for (let window = 0; window < CPU_WINDOWS; window++) {
      const before = new Map(sandboxHostPids(this.#processes.runnerPid).map((pid) => [pid, cpuSeconds(pid)]));
      const startedAt = performance.now();
      await new Promise((resolve) => setTimeout(resolve, CPU_WINDOW_MS));
      const seconds = (performance.now() - startedAt) / 1000;
      shares = new Map([...before].map(([pid, used]) => [pid, (cpuSeconds(pid) - used) / seconds]));
      const busy = new Set([...shares].filter(([, share]) => share > BURNING_SHARE).map(([pid]) => pid));
      suspects = suspects === null ? busy : new Set([...suspects].filter((pid) => busy.has(pid)));
      if (suspects.size === 0) return null;
    }
    const [pid] = suspects;
    return `host ${pid} still used ${Math.round(shares.get(pid) * 100)} % of a core 1 s after the answer`;
  }
}
