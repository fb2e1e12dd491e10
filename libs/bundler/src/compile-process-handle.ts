import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { type Socket } from 'node:net';
import { setPriority, tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { type BuildRequest, type CompileReply, type CompileResult } from './compile-messages';

export interface CompileProcessLimits {
  /** Wall clock of one build. */
  readonly timeoutMs: number;
  /** Writable memory of each of the two processes, kept by the kernel (RLIMIT_DATA). */
  readonly memoryBytesMax: number;
}

export type BuildOutcome =
  { readonly kind: 'built'; readonly result: CompileResult } | { readonly kind: 'exhausted'; readonly reason: string };

const START_TIMEOUT_MS = 15_000;
const NICENESS = 5;
const STDERR_CHARACTERS_MAX = 400;
/** The same file seen from `src/` (tests) and from `dist/`. */
const MAIN_MODULE = join(__dirname, '..', 'dist', 'compile-process.js');

/**
 * One compile process with its esbuild, in a process group of their own. It compiles one upload and is killed. Limits that do not
 * depend on this process being alive are set by the shell that becomes it: memory, CPU seconds, no files written, no core dumps.
 */
export class CompileProcess {
  /** Rejects when the process cannot start, which is never the upload's fault. */
  readonly ready: Promise<void>;
  readonly exited: Promise<void>;
  private readonly child: ChildProcess;
  private stderr = '';

  constructor(private readonly limits: CompileProcessLimits) {
    const command = [process.execPath, ...nodeArguments()];
    const directory = mkdtempSync(join(realpathSync(tmpdir()), 'sluice-compile-'));
    const removeDirectory = (): void => rmSync(directory, { recursive: true, force: true });
    this.child = spawn('/bin/sh', ['-c', shellCommand(limits), 'sh', ...command], {
      cwd: directory,
      detached: true,
      env: { GOMAXPROCS: '1', GOMEMLIMIT: `${Math.floor(limits.memoryBytesMax * 0.6)}B` },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      serialization: 'advanced',
    });
    lowerPriority(this.child);
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      if (this.stderr.length < STDERR_CHARACTERS_MAX)
        this.stderr = (this.stderr + text).slice(0, STDERR_CHARACTERS_MAX);
    });
    this.exited = new Promise((resolve) => {
      this.child.on('error', () => resolve());
      this.child.once('exit', () => resolve());
    });
    this.ready = this.waitUntilReady().finally(() => {
      removeDirectory();
      this.keepsEventLoopAlive(false);
    });
    // Whoever needs the process awaits `ready`; a spare that nobody needed yet must not be an unhandled rejection.
    this.ready.catch(() => undefined);
    void this.exited.then(() => this.kill());
  }

  /** False once it is known to have ended, for example by the kernel's choice while it waited. */
  get alive(): boolean {
    return this.child.connected && this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Compiles once, then ends the process. Never rejects. */
  async build(request: BuildRequest): Promise<BuildOutcome> {
    this.keepsEventLoopAlive(true);
    const deadline = AbortSignal.timeout(this.limits.timeoutMs);
    try {
      const replied = this.nextReply(deadline);
      this.child.send(request);
      const reply = await replied;
      if (reply?.kind === 'built') return reply;
      return { kind: 'exhausted', reason: deadline.aborted ? 'timeout' : this.stderr.split('\n', 1)[0] || 'exit' };
    } catch {
      return { kind: 'exhausted', reason: 'exit' };
    } finally {
      this.kill();
    }
  }

  /** Ends the process and everything it started, at once. */
  kill(): void {
    if (this.child.pid === undefined) return;
    this.child.ref();
    try {
      process.kill(-this.child.pid, 'SIGKILL');
    } catch {
      // The whole group has gone already.
    }
  }

  private async waitUntilReady(): Promise<void> {
    const reply = await this.nextReply(AbortSignal.timeout(START_TIMEOUT_MS));
    if (reply?.kind === 'ready') return;
    this.kill();
    throw new Error(`The compile process did not start: ${this.stderr || 'no output'}`);
  }

  /** The next message, or undefined when the process ended or the signal fired before there was one. */
  private async nextReply(signal: AbortSignal): Promise<CompileReply | undefined> {
    const message = once(this.child, 'message', { signal }).then(([reply]) => reply as CompileReply);
    return Promise.race([message.catch(() => undefined), this.exited.then(() => undefined)]);
  }

  /** A spare must not keep its owner's process from ending; a build that somebody awaits must. */
  private keepsEventLoopAlive(keeps: boolean): void {
    const handles = [this.child, this.child.channel, this.child.stderr as Socket | null];
    for (const handle of handles) {
      if (keeps) handle?.ref();
      else handle?.unref();
    }
  }
}

function shellCommand({ memoryBytesMax, timeoutMs }: CompileProcessLimits): string {
  const cpuSeconds = Math.ceil(timeoutMs / 1_000) + 2;
  // A limit that the system does not know, or has set lower already, is left as it is.
  const limits = [`-c 0`, `-f 0`, `-t ${cpuSeconds}`, `-d ${Math.floor(memoryBytesMax / 1_024)}`];
  return [...limits.map((limit) => `ulimit ${limit} 2>/dev/null`), 'exec "$@"'].join('; ');
}

/**
 * `--jitless`: nothing here is hot, and without a code range the memory limit can be the same for Node and esbuild.
 * `--permission`: the JavaScript side can read only itself and esbuild. (esbuild is a native process and is not bound by it.)
 */
function nodeArguments(): string[] {
  const esbuild = dirname(realpathSync(require.resolve('esbuild/package.json')));
  const readable = [dirname(realpathSync(MAIN_MODULE)), esbuild, join(dirname(esbuild), '@esbuild')];
  return [
    '--jitless',
    '--max-old-space-size=192',
    '--no-warnings',
    '--permission',
    '--allow-child-process',
    ...readable.map((directory) => `--allow-fs-read=${directory}${sep}*`),
    realpathSync(MAIN_MODULE),
  ];
}

/** Requests are served before uploads are compiled. Threads and processes started later inherit it. */
function lowerPriority(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) setPriority(child.pid, NICENESS);
  } catch {
    // It ended already; `exited` says so.
  }
}
