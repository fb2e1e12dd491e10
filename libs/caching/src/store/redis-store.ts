import { LuaScript, type Redis, type RedisKeys } from '@sluice/redis';
import { LIMITS } from '@sluice/contracts';
import { type Entry, type EntryCodec } from './entry-codec';
import { type CacheSlot } from './stored-response';

/** An entry as it is found: its times are those of Redis. */
export interface FoundEntry {
  readonly entry: Entry;
  /** Negative = it has been stale for so long. */
  readonly freshMs: number;
  readonly expiresInMs: number;
}

/** What became of a request to be the one that fetches an answer. */
export type Claim =
  | { readonly kind: 'hit'; readonly found: FoundEntry }
  | { readonly kind: 'lead'; readonly epoch: number }
  | { readonly kind: 'wait' }
  | { readonly kind: 'pass' };

/** `stale` = an entry in its stale time as well; `fresh` = a fresh one; `none` = no entry; `replace` = nor what somebody else fetches. */
export type Acceptable = 'stale' | 'fresh' | 'none' | 'replace';

export interface RedisStoreOptions {
  /** Volatile. */
  readonly redis: Redis;
  readonly keys: RedisKeys;
  readonly codec: EntryCodec;
  /** Of all gateways together. */
  readonly bytesMax: number;
}

/** Parts of the cache; each is in one slot and keeps its share of the budget. */
const PARTS = 16;
/** What a field costs in the hash and the sorted set beside its value. */
const ENTRY_OVERHEAD_BYTES = 300;
/** A holder that does not renew for this long is gone. */
export const LOCK_TTL_MS = 3_000;
/** Longer than any entry or fetch lives. */
const FORGET_AFTER_MS = 3 * LIMITS.cacheTtlSecondsMax * 1_000;
/** For so long nobody waits for an answer that turned out not to be kept. */
export const PASS_MS = 2_000;

const CLAIM = LuaScript.load(__dirname, 'claim-4.lua');
const KEEP = LuaScript.load(__dirname, 'keep-5.lua');
const RELEASE = LuaScript.load(__dirname, 'release-1.lua');
const RENEW = LuaScript.load(__dirname, 'renew-1.lua');
const OUTDATE = LuaScript.load(__dirname, 'outdate-1.lua');

/**
 * The answers all gateways share, in volatile Redis, within a byte budget of their own: however full the cache is, it never makes another write fail.
 * Every method rejects when Redis does not answer.
 */
export class RedisStore {
  constructor(private readonly options: RedisStoreOptions) {}

  /** The entry of a slot if it is of use; null when there is none. */
  async read(slot: CacheSlot, acceptable: Acceptable = 'stale'): Promise<FoundEntry | null> {
    const answer = await this.runClaim(slot, '', acceptable);
    return String(answer[0]) === 'hit' ? this.found(answer, slot) : null;
  }

  /** The entry if one is of use, else whether the caller fetches it (`lead`) or somebody else already does (`wait`). */
  async claim(slot: CacheSlot, token: string, acceptable: Acceptable): Promise<Claim> {
    const answer = await this.runClaim(slot, token, acceptable);
    const kind = String(answer[0]);
    if (kind === 'lead') return { kind, epoch: Number(answer[1]) };
    if (kind === 'wait' || kind === 'pass') return { kind };
    const found = this.found(answer, slot);
    // What cannot be read is fetched anew.
    return found === null ? this.claim(slot, token, 'none') : { kind: 'hit', found };
  }

  async renew(slot: CacheSlot, token: string): Promise<void> {
    await RENEW.run(this.options.redis, [this.lock(slot)], [token, LOCK_TTL_MS]);
  }

  /** Keeps what the holder of `token` fetched. False = it came too late, or does not fit. */
  async keep(
    slot: CacheSlot,
    claim: { readonly token: string; readonly epoch: number },
    entry: Entry,
    options: { readonly encrypted: boolean; readonly settled: string; readonly replaced: string },
  ): Promise<boolean> {
    const { redis, keys, codec, bytesMax } = this.options;
    const part = partOf(slot);
    const { freshMs, staleMs } = entry.content;
    const kept = await KEEP.run(
      redis,
      [keys.cacheEntries(part), keys.cacheExpiry(part), keys.cacheBytes(part), this.lock(slot), this.epoch(slot)],
      [
        slot.field,
        claim.token,
        claim.epoch,
        codec.encode(entry, slot.field, options.encrypted),
        Math.round(freshMs),
        Math.round(freshMs + staleMs),
        Math.floor(bytesMax / PARTS),
        ENTRY_OVERHEAD_BYTES,
        FORGET_AFTER_MS,
        keys.cacheChannel(),
        options.settled,
        options.replaced,
      ],
    );
    return kept === 1;
  }

  /** Ends a lock without an answer; `passMs` > 0 = for so long nobody has to wait for one. */
  async release(slot: CacheSlot, token: string, passMs: number, settled: string): Promise<void> {
    const { redis, keys } = this.options;
    await RELEASE.run(redis, [this.lock(slot)], [token, passMs, keys.cacheChannel(), settled]);
  }

  /** Makes all answers of the slot's path old, also those that are being fetched. */
  async outdate(group: string, message: string): Promise<void> {
    const { redis, keys } = this.options;
    await OUTDATE.run(redis, [this.epoch({ group })], [FORGET_AFTER_MS, keys.cacheChannel(), message]);
  }

  /** Bytes that entries take, over all parts. */
  async bytes(): Promise<number> {
    const { redis, keys } = this.options;
    const sums = await Promise.all(Array.from({ length: PARTS }, (_, part) => redis.get(keys.cacheBytes(part))));
    return sums.reduce((sum, bytes) => sum + Number(bytes ?? 0), 0);
  }

  private async runClaim(slot: CacheSlot, token: string, acceptable: Acceptable): Promise<unknown[]> {
    const { redis, keys } = this.options;
    const part = partOf(slot);
    return (await CLAIM.runBuffers(
      redis,
      [keys.cacheEntries(part), keys.cacheExpiry(part), this.lock(slot), this.epoch(slot)],
      [slot.field, token, LOCK_TTL_MS, acceptable],
    )) as unknown[];
  }

  private found([, bytes, freshMs, expiresInMs]: readonly unknown[], slot: CacheSlot): FoundEntry | null {
    const entry = this.options.codec.decode(bytes as Buffer, slot.field);
    return entry === null ? null : { entry, freshMs: Number(freshMs), expiresInMs: Number(expiresInMs) };
  }

  private lock(slot: CacheSlot): string {
    return this.options.keys.cacheLock(partOf(slot), slot.field);
  }

  /** Paths share epochs, so that their number is bounded; one that becomes old takes another one along once in 65,536 times. */
  private epoch(slot: Pick<CacheSlot, 'group'>): string {
    return this.options.keys.cacheEpoch(partOf(slot), slot.group.slice(2, 4));
  }
}

/** By the path's group, so that a path's entries and its epoch are in one part. */
function partOf({ group }: Pick<CacheSlot, 'group'>): number {
  return (group.charCodeAt(0) + group.charCodeAt(1)) % PARTS;
}
