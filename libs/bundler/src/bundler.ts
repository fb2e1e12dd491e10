import { LIMITS, SluiceError } from '@sluice/contracts';
import { BuildLanes, type BuildAttempt } from './build-lanes';
import { type BuildRequest, type CompileResult } from './compile-messages';
import { CompileProcess, type BuildOutcome, type CompileProcessLimits } from './compile-process-handle';
import { atStartOf } from './diagnostics';
import { checkUpload, type Upload } from './upload-check';

export interface BundlerOptions {
  /** Uploads compiled at the same time; as many again, less one, may be in overtime. Default 2. */
  readonly concurrency?: number;
  /** Wall clock of one compilation. Default 4,000. */
  readonly timeoutMs?: number;
  /** Memory of each process of a compilation. Default 512 MiB, which a 5 MiB upload needs. */
  readonly memoryBytesMax?: number;
  readonly logger?: { warn(message: string, fields?: Record<string, unknown>): void };
}

const MEBIBYTE = 1024 * 1024;
const FIRST_TRY_MS = 300;
const WAITING_UPLOADS_MAX = 100;
const WAIT_MS_MAX = 20_000;

/**
 * Turns uploaded TypeScript into one deployment package.
 *
 * Promises: nothing outside the upload gets into a package, a source map or a diagnostic; every compilation has a process group of
 * its own that is killed when it is done, fails or runs out of its limits; what one upload does to its compiler does not reach
 * another upload. One started process waits for the next upload, so that a compilation does not wait for a start.
 */
export class Bundler {
  private readonly lanes: BuildLanes<BuildOutcome>;
  private readonly limits: CompileProcessLimits;
  private readonly processes = new Set<CompileProcess>();
  private spare: CompileProcess | undefined;
  private closed = false;

  constructor(private readonly options: BundlerOptions = {}) {
    this.limits = {
      timeoutMs: options.timeoutMs ?? 4_000,
      memoryBytesMax: options.memoryBytesMax ?? 512 * MEBIBYTE,
    };
    this.lanes = new BuildLanes({
      concurrency: options.concurrency ?? 2,
      firstTryMs: FIRST_TRY_MS,
      waitingMax: WAITING_UPLOADS_MAX,
      waitMsMax: WAIT_MS_MAX,
    });
  }

  /** Starts the spare process. Resolves when it waits for an upload; rejects when compile processes cannot run on this machine. */
  async start(): Promise<void> {
    this.spare ??= this.startProcess();
    await this.spare.ready.catch((cause: unknown) => {
      throw cannotStart(cause);
    });
  }

  /**
   * Whatever the upload contains, resolves, at the latest `timeoutMs` after its compilation began.
   * Rejects with `BUSY` when too many uploads wait, and with `INTERNAL` when no compile process can be started.
   */
  async compile(upload: Upload): Promise<CompileResult> {
    const checked = checkUpload(upload);
    if (!checked.ok) return checked;
    const { files, entry } = checked;
    const request: BuildRequest = { kind: 'build', files: [...files], entry, bundleBytesMax: LIMITS.bundleBytesMax };
    const outcome = await this.lanes.run(() => this.attempt(request));
    if (outcome.kind === 'built') return outcome.result;
    this.options.logger?.warn('A compilation ran out of its limits', { entry, reason: outcome.reason });
    return { ok: false, diagnostics: [atStartOf(entry, this.exhaustedMessage())] };
  }

  /** Ends every compile process. Compilations under way are refused as BUSY. */
  async close(): Promise<void> {
    this.closed = true;
    this.lanes.close();
    const processes = [...this.processes];
    for (const compileProcess of processes) compileProcess.kill();
    await Promise.all(processes.map(({ exited }) => exited));
  }

  private attempt(request: BuildRequest): BuildAttempt<BuildOutcome> {
    const compileProcess = this.takeProcess();
    const started = compileProcess.ready.catch((cause: unknown) => {
      throw cannotStart(cause);
    });
    return {
      started,
      result: started.then(() => compileProcess.build(request)),
      cancel: () => compileProcess.kill(),
    };
  }

  /** The spare, whose place another one takes. */
  private takeProcess(): CompileProcess {
    try {
      return this.spare?.alive === true ? this.spare : this.startProcess();
    } catch (cause) {
      throw cannotStart(cause);
    } finally {
      this.spare = undefined;
      try {
        if (!this.closed) this.spare = this.startProcess();
      } catch (error) {
        this.options.logger?.warn('No spare compile process could be started', { error });
      }
    }
  }

  private startProcess(): CompileProcess {
    const compileProcess = new CompileProcess(this.limits);
    this.processes.add(compileProcess);
    void compileProcess.exited.then(() => {
      this.processes.delete(compileProcess);
      // Not replaced here: one that cannot live would be restarted for ever. The next upload starts its own.
      if (this.spare === compileProcess) this.spare = undefined;
    });
    return compileProcess;
  }

  private exhaustedMessage(): string {
    const seconds = this.limits.timeoutMs / 1_000;
    const mebibytes = Math.floor(this.limits.memoryBytesMax / MEBIBYTE);
    return (
      `The compiler ran out of its limits (${seconds} s, ${mebibytes} MiB) on this source. ` +
      'Split it into smaller files, and look for generated code, very deep nesting or chains, and constants that multiply.'
    );
  }
}

function cannotStart(cause: unknown): SluiceError {
  return new SluiceError('INTERNAL', 'The compiler could not be started.', { cause });
}
