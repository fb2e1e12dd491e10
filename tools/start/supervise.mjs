/**
 * One supervised child process: started in its own process group, restarted with back-off when it dies, given up when it dies
 * five times in a minute. Its output is split into lines for the caller; the last ones are kept to explain a death.
 */
import { spawn } from 'node:child_process';

const deathsMax = 5;
const deathsWindowMs = 60_000;
const tailLinesMax = 12;

/**
 * @typedef {object} SupervisedProgram
 * @property {string} name                               shown in messages
 * @property {string} command
 * @property {string[]} args
 * @property {NodeJS.ProcessEnv} [env]
 * @property {string} [cwd]
 * @property {boolean} [livenessPipe]                    fd 3 is a pipe that closes when this process ends, however it ends
 * @property {(line: string) => void} [onLine]           each line of stdout and stderr
 * @property {(message: string) => void} [onRestart]
 * @property {(message: string, tail: string[]) => void} [onGiveUp]
 * @property {(pid: number) => void} [onStart]
 *
 * @typedef {object} SupervisedProcess
 * @property {() => number | undefined} pid
 * @property {() => boolean} isRunning
 * @property {() => boolean} hasGivenUp
 * @property {() => string[]} tail                       the last lines it printed
 * @property {(graceMs: number) => Promise<void>} stop   SIGTERM, SIGKILL to its group after the grace; resolves when it is gone
 * @property {() => void} kill                           SIGKILL to its group at once, and no restart
 */

/** @param {SupervisedProgram} program @returns {SupervisedProcess} */
export function supervise(program) {
  /** @type {import('node:child_process').ChildProcess | undefined} */
  let child;
  /** @type {NodeJS.Timeout | undefined} */
  let restartTimer;
  let stopping = false;
  let gaveUp = false;
  /** @type {number[]} */
  let deathTimes = [];
  /** @type {string[]} */
  const tail = [];

  const takeLine = (/** @type {string} */ line) => {
    tail.push(line);
    if (tail.length > tailLinesMax) tail.shift();
    program.onLine?.(line);
  };

  const giveUp = (/** @type {string} */ message) => {
    gaveUp = true;
    program.onGiveUp?.(message, [...tail]);
  };

  const start = () => {
    const started = spawn(program.command, program.args, {
      env: { ...(program.env ?? process.env), ...(program.livenessPipe ? { SLUICE_PARENT_PIPE_FD: '3' } : {}) },
      cwd: program.cwd,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', ...(program.livenessPipe ? ['pipe'] : [])],
    });
    child = started;
    for (const stream of [started.stdout, started.stderr]) splitLines(stream, takeLine);
    // A pipe whose other end died reports EPIPE or ECONNRESET here; the exit event says the same with more detail.
    started.stdio[3]?.on('error', () => {});
    if (started.pid !== undefined) program.onStart?.(started.pid);
    started.once('error', (error) => onDeath(error.message));
    started.once('exit', (code, signal) => onDeath(signal ?? `exit code ${code}`));
  };

  const onDeath = (/** @type {string} */ reason) => {
    if (stopping) return;
    const nowMs = performance.now();
    deathTimes = [...deathTimes.filter((timeMs) => nowMs - timeMs < deathsWindowMs), nowMs];
    if (deathTimes.length >= deathsMax) {
      giveUp(`${program.name} died ${deathsMax} times within a minute (last: ${reason})`);
      return;
    }
    program.onRestart?.(`${program.name} died (${reason}); starting it again`);
    restartTimer = setTimeout(start, Math.min(2000, 100 * 2 ** (deathTimes.length - 1)));
  };

  const hasExited = () =>
    child === undefined || child.pid === undefined || child.exitCode !== null || child.signalCode !== null;

  const signalGroup = (/** @type {NodeJS.Signals} */ signal) => {
    if (child?.pid === undefined) return;
    try {
      process.kill(-child.pid, signal);
    } catch {
      // The whole group is gone already.
    }
  };

  start();
  return {
    pid: () => (hasExited() ? undefined : child?.pid),
    isRunning: () => !hasExited(),
    hasGivenUp: () => gaveUp,
    tail: () => [...tail],
    async stop(graceMs) {
      stopping = true;
      clearTimeout(restartTimer);
      if (hasExited()) return;
      const exited = new Promise((resolve) => child?.once('exit', resolve));
      child?.kill('SIGTERM');
      const killTimer = setTimeout(() => signalGroup('SIGKILL'), graceMs);
      await exited;
      clearTimeout(killTimer);
    },
    kill() {
      stopping = true;
      clearTimeout(restartTimer);
      signalGroup('SIGKILL');
    },
  };
}

/** @param {import('node:stream').Readable | null} stream @param {(line: string) => void} onLine */
function splitLines(stream, onLine) {
  if (!stream) return;
  let rest = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = (lines.pop() ?? '').slice(-65_536);
    for (const line of lines) if (line !== '') onLine(line);
  });
  stream.on('end', () => {
    if (rest !== '') onLine(rest);
  });
  stream.on('error', () => {});
}
