/** Gateway and function runner: started together, watched until a request can pass through both, restarted when they die, stopped in order. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LogFile } from './log-file.mjs';
import { supervise } from './supervise.mjs';

const repositoryDirectory = fileURLToPath(new URL('../..', import.meta.url));
const readyTimeoutMs = 60_000;
const pollIntervalMs = 20;
/** A process ends itself when its own grace is over; only one that hangs is killed. */
const killMarginMs = 3_000;
/** What the start knows of a process's records: these go to the terminal too. */
const seriousRecord = /"level":"(?:warn|error|fatal)"/;

const roles = /** @type {const} */ ({
  gateway: { script: 'apps/gateway/dist/main.js', logName: 'gateway.log' },
  runner: { script: 'apps/function-runner/dist/main.js', logName: 'function-runner.log' },
});

export class PlatformProcesses {
  /** @type {Record<'gateway' | 'runner', import('./supervise.mjs').SupervisedProcess> | undefined} */
  #processes;
  #ready = false;
  #stopped = false;
  /** @type {Error | undefined} */
  #failure;
  #options;

  /** @param {{ dataDirectory: string, environment: NodeJS.ProcessEnv, onFailure: (error: Error) => void }} options */
  constructor(options) {
    this.#options = options;
  }

  /** Resolves when the gateway is ready and one invocation has passed through queue, runner and sandbox. */
  async start() {
    this.#processes = { gateway: this.#supervise('gateway'), runner: this.#supervise('runner') };
    const deadlineMs = performance.now() + readyTimeoutMs;
    let state = 'no process has announced itself';
    for (;;) {
      if (this.#stopped) throw new Error('stopped');
      if (this.#failure) throw this.#failure;
      if (performance.now() > deadlineMs)
        throw new Error(`The platform was not ready after ${readyTimeoutMs / 1000} s: ${state}`);
      const gateway = this.#runFile('gateway');
      const runner = this.#runFile('runner');
      if (gateway && runner) {
        state = await readyState(gateway.adminUrl);
        if (state === 'ready') {
          this.#ready = true;
          this.#keepPorts(gateway, runner);
          return { publicUrl: gateway.publicUrl, adminUrl: gateway.adminUrl, runnerUrl: runner.runnerUrl };
        }
      } else {
        state = `${gateway ? 'the function runner' : 'the gateway'} has not announced itself in ${this.#options.dataDirectory}/run`;
      }
      await new Promise((resolve) => setTimeout(resolve, pollIntervalMs));
    }
  }

  /** The gateway first, because the requests it still holds need the runner. @param {number} graceMs */
  async stop(graceMs) {
    this.#stopped = true;
    await this.#processes?.gateway.stop(graceMs + killMarginMs);
    await this.#processes?.runner.stop(graceMs + killMarginMs);
  }

  kill() {
    this.#processes?.gateway.kill();
    this.#processes?.runner.kill();
  }

  /** @param {'gateway' | 'runner'} role */
  #supervise(role) {
    const { environment, dataDirectory, onFailure } = this.#options;
    const { script, logName } = roles[role];
    const log = new LogFile(join(dataDirectory, 'logs', logName));
    const fail = (/** @type {string} */ message, /** @type {string[]} */ tail) => {
      this.#failure ??= new Error([`${message}. Its last lines (all are in ${log.path}):`, ...tail].join('\n  '));
      onFailure(this.#failure);
    };
    const supervised = supervise({
      name: role,
      command: process.execPath,
      args: ['--enable-source-maps', join(repositoryDirectory, script)],
      env: environment,
      cwd: repositoryDirectory,
      livenessPipe: true,
      onLine(line) {
        log.writeLine(line);
        if (!line.startsWith('{') || seriousRecord.test(line)) console.error(`[${role}] ${line}`);
      },
      onRestart: (message) => {
        console.error(message);
        // One that does not even start says why in its last lines; starting it again would only say it four times more.
        if (!this.#ready && !this.#stopped) fail(`The ${role} did not start`, supervised.tail());
      },
      onGiveUp: fail,
    });
    return supervised;
  }

  /** What a running process announced, if it is the one we run now. @param {'gateway' | 'runner'} role */
  #runFile(role) {
    try {
      const announced = JSON.parse(readFileSync(join(this.#options.dataDirectory, 'run', `${role}.json`), 'utf8'));
      return announced.pid === this.#processes?.[role].pid() ? announced : undefined;
    } catch {
      return undefined;
    }
  }

  /** Port 0 took any free port; a process that is started again takes the same one, because its address was printed. */
  #keepPorts(/** @type {any} */ gateway, /** @type {any} */ runner) {
    Object.assign(this.#options.environment, {
      PUBLIC_PORT: new URL(gateway.publicUrl).port,
      ADMIN_PORT: new URL(gateway.adminUrl).port,
      RUNNER_PORT: new URL(runner.runnerUrl).port,
    });
  }
}

/** @param {string} adminUrl @returns {Promise<string>} */
async function readyState(adminUrl) {
  try {
    const response = await fetch(`${adminUrl}/health/ready`, { signal: AbortSignal.timeout(5_000) });
    const text = await response.text();
    const passed = response.ok && JSON.parse(text).details?.canary?.passed === true;
    return passed ? 'ready' : `${response.status} ${text.slice(0, 500)}`;
  } catch (error) {
    return `the control plane does not answer (${error instanceof Error ? error.message : error})`;
  }
}
