/**
 * Why and when to stop: a signal, or the end of the processes above this one. npm passes a terminal's Ctrl-C on although the terminal
 * already sent it to everybody, so a second signal only counts a second later.
 */
import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';

const secondSignalAfterMs = 1_000;
const ancestorCheckMs = 250;
const ancestorsMax = 6;

/**
 * @typedef {{ reason: string, parentGone: boolean }} StopRequest
 * @param {NodeJS.ProcessEnv} environment
 * @returns {{ first: Promise<StopRequest>, again: Promise<void>, end: () => void }}
 */
export function listenForStop(environment) {
  let firstAtMs = 0;
  /** @type {PromiseWithResolvers<StopRequest>} */
  const { promise: first, resolve: resolveFirst } = Promise.withResolvers();
  /** @type {PromiseWithResolvers<void>} */
  const { promise: again, resolve: resolveAgain } = Promise.withResolvers();

  const request = (/** @type {string} */ reason, parentGone = false) => {
    firstAtMs ||= performance.now();
    resolveFirst({ reason, parentGone });
  };
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => {
      if (firstAtMs > 0 && performance.now() - firstAtMs > secondSignalAfterMs) resolveAgain();
      request(signal);
    });
  }
  // Whoever read our output may be gone; that alone is no reason to end half-way through a stop.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

  const parentGone = () => request('the process that started this one is gone', true);
  const pipe = watchParentPipe(environment, parentGone);
  const timer = watchAncestors(environment, parentGone);
  return {
    first,
    again,
    end() {
      clearInterval(timer);
      pipe?.destroy();
    },
  };
}

/** A tool that starts the platform holds the other end of this pipe; the kernel closes it however the tool ends. */
function watchParentPipe(/** @type {NodeJS.ProcessEnv} */ environment, /** @type {() => void} */ onGone) {
  const fd = Number(environment.SLUICE_PARENT_PIPE_FD);
  if (!Number.isInteger(fd) || fd < 3) return undefined;
  const pipe = new Socket({ fd, readable: true, writable: false });
  for (const event of ['end', 'close', 'error']) pipe.on(event, onGone);
  pipe.resume();
  pipe.unref();
  return pipe;
}

/** Under npm: npm itself and the shell it runs scripts in. A killed one cannot tell us, so we look. */
function watchAncestors(/** @type {NodeJS.ProcessEnv} */ environment, /** @type {() => void} */ onGone) {
  if (!environment.npm_lifecycle_event || process.platform !== 'linux') {
    if (!environment.npm_lifecycle_event) return undefined;
    const parentPid = process.ppid;
    return setInterval(() => process.ppid !== parentPid && onGone(), ancestorCheckMs).unref();
  }
  const ancestors = ancestorsUpToNpm();
  return setInterval(() => {
    if (ancestors.some(({ pid, startTime }) => readStat(pid)?.startTime !== startTime)) onGone();
  }, ancestorCheckMs).unref();
}

function ancestorsUpToNpm() {
  const ancestors = [];
  for (let pid = process.ppid; pid > 1 && ancestors.length < ancestorsMax;) {
    const stat = readStat(pid);
    if (!stat) break;
    ancestors.push({ pid, startTime: stat.startTime });
    if (/^npm|\/npm(-cli\.js)?\0/.test(readCommandLine(pid))) return ancestors;
    pid = stat.parentPid;
  }
  // No npm above us after all: only our parent is known to be there for us.
  return ancestors.slice(0, 1);
}

/** A zombie is gone: nobody may ever collect it. @param {number} pid */
function readStat(pid) {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' || fields[0] === 'X' ? undefined : { parentPid: Number(fields[1]), startTime: fields[19] };
  } catch {
    return undefined;
  }
}

/** @param {number} pid */
function readCommandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}
