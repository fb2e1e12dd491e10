/**
 * The channel between a runner's supervisor and one sandbox host: an inherited socket pair (fd 3), frames of `libs/framing`.
 * This file is the whole contract; `README.md` says what each side guarantees and expects.
 */

/** Supervisor to host. The frame id is named in brackets. */
export const TO_HOST = {
  /** [revision handle] u32-length JSON `HostRevision` · u32-length code cache (may be empty) · bundled code. */
  loadRevision: 1,
  /** [revision handle] No more invocations of it will come; dispose its idle environments. */
  unloadRevision: 2,
  /** [invocation] u32 revision handle · u32 timeout ms (counted from its start) · u32 wait ms (until it must have started) · text request id · event JSON to the end. */
  invoke: 3,
  /** [invocation] The caller left: drop it if it has not started (answered with outcome `cancelled`), else let it run on. */
  cancel: 4,
  /** [probe] Payload as loadRevision; answered with `probed`. */
  probe: 5,
  /** [sequence] Answered with `pong`. */
  ping: 6,
  /** [0] Take nothing new; what has not started is answered `notStarted`. */
  drain: 7,
  /** [host call] Reserved: the answer to a host call (fetch, kv, …). */
  hostReply: 8,
  /** [stream] Reserved: bytes of a request body, its end, and credit for a response stream. */
  streamChunk: 9,
  streamEnd: 10,
  streamCredit: 11,
} as const;

/** Host to supervisor. */
export const FROM_HOST = {
  /** [0] JSON `HostReady`: the self-test passed. */
  ready: 64,
  /** [invocation] `ResultHead` (see `readResult`) · result · log lines. */
  result: 65,
  /** [probe] u32-length JSON `ProbeResult` · code cache to the end. */
  probed: 66,
  /** [sequence] JSON `HostStatus`. */
  pong: 67,
  /** [revision handle, 0 = none] JSON `HostFault`: this host must be replaced; it takes nothing new. */
  fault: 68,
  /** [host call] Reserved. */
  hostCall: 69,
  /** [stream] Reserved: response streams. */
  streamHead: 70,
  streamChunk: 71,
  streamEnd: 72,
} as const;

/** The highest payload either side sends: an event or result of 6 MiB with its logs, or a package of 5 MiB with its code cache. */
export const CHANNEL_FRAME_BYTES_MAX = 32 * 1024 * 1024;

/** A revision as a host is told it. */
export interface HostRevision {
  readonly functionName: string;
  readonly version: number;
  readonly revision: string;
  readonly memoryMb: number;
  readonly cpuMs: number;
  readonly concurrency: number;
  readonly maxConcurrency: number;
  readonly environment: Readonly<Record<string, string>>;
}

/** The arguments a host process is started with, as JSON in argv: it has no environment and reads no file but its own code. */
export interface HostOptions {
  readonly rssMb: number;
  /** Applies that may hold a running slot at once. */
  readonly runningSlots: number;
  readonly snapshot: boolean;
  /** Idle environments are disposed after this long. */
  readonly idleMs: number;
}

export interface HostReady {
  readonly pid: number;
  /** SHA-256 over snapshot, V8 version and flags: code caches of another key are useless. */
  readonly codeCacheKey: string;
  readonly startMs: number;
}

export interface HostStatus {
  readonly environments: number;
  readonly idleEnvironments: number;
  readonly waiting: number;
  readonly running: number;
  readonly rssMb: number;
  readonly coldStarts: number;
}

export interface HostFault {
  readonly reason: 'catastrophic' | 'stuck' | 'memory';
  readonly message: string;
}

export type ProbeResult =
  | { readonly ok: true; readonly handlerKind: 'lambda'; readonly initMs: number }
  | {
      readonly ok: false;
      readonly errorType: string;
      readonly message: string;
      /** Guest stack frames as V8 wrote them, for source mapping. */
      readonly stack: string;
      /** What the module exports, when it exports no handler. */
      readonly exports?: readonly string[];
    };

/** What is known of one finished invocation besides its text. Wire: u8 u32 u32 u32 u32, then u32-length result, then logs. */
export interface ResultHead {
  readonly outcome: number;
  /** Wall clock from its start to its end. */
  readonly durationUs: number;
  /** Isolate running time, as near as it can be told apart. */
  readonly cpuUs: number;
  /** 0 on a warm environment. */
  readonly initUs: number;
  readonly memoryKb: number;
}
