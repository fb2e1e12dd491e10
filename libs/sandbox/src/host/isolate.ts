import ivm from 'isolated-vm';
import { type HostRevision } from '../channel';
import { BOOT_NAME, BUNDLE_EXPORTS_NAME, BUNDLE_SCRIPT_NAME, ENTRY, GUEST_SCRIPT_NAME } from '../isolate-protocol';
import { domainToAscii, randomBytes } from './host-calls';
import { Outbox, type OutboxRecord } from './outbox';
import { type GuestImage } from './snapshot';

/** The bundle as an expression: its top level runs when the guest calls it, so what it throws is read in the guest. */
export function wrapBundle(code: string): string {
  return `(function (process) {\n${code}\nreturn ${BUNDLE_EXPORTS_NAME};\n})`;
}

export interface BundleSource {
  /** As `wrapBundle` gives it. */
  readonly code: string;
  readonly codeCache: ivm.ExternalCopy<ArrayBuffer> | null;
  readonly makeCodeCache: boolean;
}

export interface GuestOwner {
  onPost(op: unknown, id: unknown, text: unknown, more: unknown): void;
  /** V8 gave the isolate up. */
  onCatastrophe(message: string): void;
}

/** One isolate with one context and the prelude in it, and the host's only way in. Nobody's until `load` gives it an owner. */
export class GuestIsolate {
  readonly isolate: ivm.Isolate;
  /** Made by the compiler before any of the code ran; null unless asked for. */
  codeCache: Uint8Array | null = null;
  private readonly prepared: Promise<ivm.Context>;
  private owner: GuestOwner | null = null;
  private enter: ivm.Reference | null = null;
  private lastRunningUs = 0;
  private readonly outbox = new Outbox();
  /** Posts that came through the callback. */
  private posts = 0;

  /** `new Isolate` blocks the event loop for 1 to 3 ms; making the context and booting the prelude go on beside it. */
  constructor(
    image: GuestImage,
    readonly memoryMb: number,
  ) {
    this.isolate = new ivm.Isolate({
      memoryLimit: memoryMb,
      onCatastrophicError: (message) => this.owner?.onCatastrophe(message),
      ...(image.snapshot === null ? {} : { snapshot: image.snapshot }),
    });
    this.prepared = this.prepare(image);
    // Awaited by `load`; until then a failure is nobody's.
    this.prepared.catch(() => undefined);
  }

  private async prepare(image: GuestImage): Promise<ivm.Context> {
    const context = await this.isolate.createContext();
    if (image.snapshot === null) await context.eval(image.code, { filename: GUEST_SCRIPT_NAME });
    const post = new ivm.Callback(
      (op: unknown, id: unknown, text: unknown, more: unknown) => {
        try {
          this.owner?.onPost(op, id, text, more);
        } finally {
          this.posts++;
        }
      },
      { ignored: true },
    );
    const outbox = new ivm.ExternalCopy(this.outbox.memory).copyInto({ release: true });
    this.enter = await context.evalClosure(
      `return ${BOOT_NAME}($0, $1, $2, $3)`,
      [post, randomBytes, domainToAscii, outbox],
      { result: { reference: true }, filename: GUEST_SCRIPT_NAME },
    );
    return context;
  }

  /** What the guest laid down since the last look; nothing that it said after a post which has not come yet. */
  readOutbox(): readonly OutboxRecord[] {
    return this.outbox.read(this.posts);
  }

  /** Compiles the bundle; what it gives is the wrapper, not yet run. Rejects for a syntax error or a dead isolate. */
  async compile(bundle: BundleSource, owner: GuestOwner): Promise<ivm.Reference> {
    this.owner = owner;
    const compiling = this.isolate.compileScript(bundle.code, {
      filename: BUNDLE_SCRIPT_NAME,
      lineOffset: -1,
      ...(bundle.codeCache === null ? {} : { cachedData: bundle.codeCache }),
      ...(bundle.makeCodeCache ? { produceCachedData: true } : {}),
    });
    // Awaited below; it must not count as unhandled when making the context fails first.
    compiling.catch(() => undefined);
    const context = await this.prepared;
    const script = await compiling;
    const { cachedData } = script as { cachedData?: ivm.ExternalCopy<ArrayBuffer> };
    if (cachedData !== undefined) this.codeCache = new Uint8Array(cachedData.copy());
    const wrapper = await script.run(context, { reference: true });
    script.release();
    return wrapper;
  }

  /** Runs the bundle's top level; the answer is `POST.loaded`. */
  load(wrapper: ivm.Reference, revision: HostRevision): Promise<unknown> {
    return this.apply([
      ENTRY.load,
      wrapper.derefInto({ release: true }),
      revision.functionName,
      revision.version,
      revision.memoryMb,
      JSON.stringify(revision.environment),
    ]);
  }

  /**
   * Settles when the isolate is done: the entry and every microtask after it. Its rejection says nothing reliable.
   * isolated-vm has V8 describe the frames above the call: 20 µs from as deep in the host as entries come from, next to nothing from
   * a microtask, which has none above it.
   */
  async apply(args: readonly unknown[]): Promise<unknown> {
    this.outbox.empty();
    await Promise.resolve();
    // eslint-disable-next-line prefer-spread -- Reference.apply enters the isolate; it is not Function.prototype.apply
    return (this.enter as ivm.Reference).apply(undefined, args as never[]);
  }

  /** Time its thread has been running it; what was last known once it is disposed. */
  get runningUs(): number {
    try {
      this.lastRunningUs = Number(this.isolate.cpuTime) / 1_000;
    } catch {
      // Disposed.
    }
    return this.lastRunningUs;
  }

  /** Heap in use with the buffers that count against it. Waits for the isolate to be free. */
  async usedKb(): Promise<number> {
    const heap = await this.isolate.getHeapStatistics();
    return Math.round((heap.used_heap_size + heap.externally_allocated_size) / 1_024);
  }

  dispose(): void {
    try {
      this.isolate.dispose();
    } catch {
      // It was disposed by its memory limit.
    }
  }
}
