import { isAscii } from 'node:buffer';
import { type CacheScope } from '../key/cache-key';
import { shortHash } from '../key/short-hash';

/** Where an answer is kept: the text of its key, and the short names Redis knows it by. */
export interface CacheSlot {
  readonly key: string;
  readonly scope: CacheScope;
  /** Name of the path's group. */
  readonly group: string;
  /** `<group>.<hash of the key>`: no other key has it. */
  readonly field: string;
}

export function slotOf(key: string, group: string, scope: CacheScope): CacheSlot {
  return { key, scope, group, field: `${group}.${shortHash(key)}` };
}

/** An answer that may be kept, without what concerned one exchange only. */
export interface StorableResponse {
  readonly status: number;
  /** Name, value, … */
  readonly headers: readonly string[];
  readonly body: Buffer;
  readonly etag: string;
  readonly lastModified: string;
  /** How old it was when it came. */
  readonly ageMs: number;
  readonly freshMs: number;
  readonly staleMs: number;
  readonly tags: readonly string[];
}

/** What a client is answered with. */
export interface HitAnswer {
  readonly status: number;
  readonly headers: readonly string[];
  readonly body: Buffer | string;
}

/** Above, two writes of head and body cost nothing beside the bytes. */
const TEXT_BYTES_MAX = 16 * 1024;
/** What an entry costs beside its bytes: objects, index, bookkeeping. */
const ENTRY_OVERHEAD_BYTES = 1_024;

/** A kept answer on this process's monotonic clock, with the answers to its hits prepared. */
export class StoredResponse {
  readonly bornAtMs: number;
  readonly freshUntilMs: number;
  readonly staleUntilMs: number;
  readonly bytes: number;
  /** Not before this time is another background refresh tried. */
  refreshNotBeforeMs = 0;
  /** Short text is text: node:http writes it together with the head, which a Buffer costs a second write. */
  private readonly hitBody: Buffer | string;
  private prepared: HitAnswer | null = null;
  private preparedForSecond = -1;
  private preparedFresh = false;

  constructor(
    readonly slot: CacheSlot,
    readonly content: StorableResponse,
    /** The newest flush that its fetch knew of: a later one that names it makes it void. */
    readonly sequence: number,
    /** When it was stored. */
    storedAtMs: number,
  ) {
    this.bornAtMs = storedAtMs - content.ageMs;
    this.freshUntilMs = storedAtMs + content.freshMs;
    this.staleUntilMs = this.freshUntilMs + content.staleMs;
    const { body } = content;
    this.hitBody = body.length <= TEXT_BYTES_MAX && isAscii(body) ? body.toString('latin1') : body;
    let bytes = ENTRY_OVERHEAD_BYTES + body.length + 2 * slot.key.length;
    if (typeof this.hitBody === 'string') bytes += body.length;
    for (const part of content.headers) bytes += part.length;
    this.bytes = bytes;
  }

  /** The answer to a hit now. `Age` and what is left of it change once a second, and so does this object. */
  hitAt(nowMs: number): HitAnswer {
    const second = Math.floor((nowMs - this.bornAtMs) / 1_000);
    const fresh = nowMs < this.freshUntilMs;
    if (this.prepared !== null && second === this.preparedForSecond && fresh === this.preparedFresh)
      return this.prepared;
    const { status, headers } = this.content;
    this.preparedForSecond = second;
    this.preparedFresh = fresh;
    const ttlSeconds = Math.floor((this.freshUntilMs - nowMs) / 1_000);
    this.prepared = {
      status,
      headers: [
        ...headers,
        'age',
        String(second),
        'x-cache',
        fresh ? 'HIT' : 'STALE',
        'cache-status',
        `sluice; hit; ttl=${ttlSeconds}`,
      ],
      body: this.hitBody,
    };
    return this.prepared;
  }
}

/** The ETag of an answer that has none: a hash of its body, so that two gateways give the same. */
export function etagOf(body: Buffer): string {
  return `"${shortHash(body)}"`;
}
