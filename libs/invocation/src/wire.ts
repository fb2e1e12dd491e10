/**
 * What travels between a gateway and a runner: batches through BullMQ, everything after that over the reply link.
 * `README.md` says what each side guarantees and expects.
 */

/** BullMQ's name of the sync queue, below `keys.queuePrefix('sync', 0)`. One queue for all functions; fairness between functions is the runner's. */
export const SYNC_QUEUE_NAME = 'invocations';

export type InvocationKind = 'invoke' | 'probe' | 'canary';
const KINDS: readonly InvocationKind[] = ['invoke', 'probe', 'canary'];

/** `retryable`, or'ed onto the index of the kind. */
const RETRYABLE = 0x10;
/** The event is in the Redis key named by the request id, not in the batch. */
const EXTERNAL = 0x20;

/** One invocation as it stands in a batch; a tuple, because thousands of them are written and read per second. */
export type BatchHead = readonly [
  /** Names it on the reply link of this gateway. */
  sequence: number,
  /** Index into `revisions`. */
  revision: number,
  flags: number,
  requestId: string,
  timeoutMs: number,
  /** It must have started by then, counted from acceptance. */
  waitMs: number,
  /** Redis time: a runner that reads it later drops it. */
  acceptByMs: number,
  /** Characters of the batch's text that are its event; 0 when external. */
  eventLength: number,
];

/** Job data. The job's text is the events, JSON one after the other: text stays text until the guest parses it. */
export interface Batch {
  /** `<instance>@<address>` of the gateway's link server. */
  readonly replyTo: string;
  readonly revisions: readonly (readonly [functionName: string, revision: string])[];
  readonly heads: readonly BatchHead[];
}

export function encodeFlags(kind: InvocationKind, retryable: boolean, external: boolean): number {
  return KINDS.indexOf(kind) | (retryable ? RETRYABLE : 0) | (external ? EXTERNAL : 0);
}

export function decodeFlags(flags: number): { kind: InvocationKind; retryable: boolean; external: boolean } {
  return {
    kind: KINDS[flags & 0x0f] ?? 'invoke',
    retryable: (flags & RETRYABLE) !== 0,
    external: (flags & EXTERNAL) !== 0,
  };
}

/** Frame kinds of the reply link. The frame id is the invocation's sequence number unless said otherwise. */
export const LINK = {
  /** Gateway → runner, [0]: 32 random bytes. */
  challenge: 1,
  /** Runner → gateway, [0]: text runner id · text instance · 32-byte HMAC of the challenge · 32 random bytes. */
  prove: 2,
  /** Gateway → runner, [0]: 32-byte HMAC of the runner's random bytes: now both hold the link key. */
  welcome: 3,
  ping: 4,
  pong: 5,
  /** Runner → gateway, [0]: u32 sequence numbers the runner has taken over. */
  accepted: 6,
  /** Runner → gateway: u8 outcome · u32 duration µs · u32 init µs · result text to the end. */
  result: 7,
  /** Runner → gateway; reserved for streamed responses. */
  streamHead: 8,
  streamChunk: 9,
  streamEnd: 10,
  /** Gateway → runner: the caller left. */
  cancel: 11,
  /** Gateway → runner; reserved: so many more stream chunks may come. */
  credit: 12,
} as const;

/** A peer that is silent this long is lost. */
export const LINK_SILENCE_MS = 2_000;
export const LINK_PING_MS = 500;
/** A result of 6 MiB and its head. */
export const LINK_FRAME_BYTES_MAX = 8 * 1024 * 1024;
