import { randomUUID } from 'node:crypto';
import { SluiceError, type CacheFlushRecord } from '@sluice/contracts';
import { StoreCircuit, type Redis, type RedisKeys } from '@sluice/redis';
import { CacheMessages } from './cache-messages';
import { Flight, type Landing } from './flight';
import { isFlushed, mayBeFlushed, NO_FLUSHES } from './flushes';
import { EntryCodec } from './store/entry-codec';
import { MemoryStore } from './store/memory-store';
import { LOCK_TTL_MS, PASS_MS, RedisStore, type Acceptable, type Claim, type FoundEntry } from './store/redis-store';
import { StoredResponse, type CacheSlot, type StorableResponse } from './store/stored-response';

export interface ResponseCacheOptions {
  /** Volatile; for commands. */
  readonly redis: Redis;
  /** Volatile; in subscriber mode, owned and closed by the cache. */
  readonly subscriber: Redis;
  readonly keys: RedisKeys;
  /** 32 bytes; entries of routes that ask for it are encrypted under it. */
  readonly encryptionKey: Buffer;
  /** Of this process. */
  readonly memoryBytesMax: number;
  /** Of all gateways together. */
  readonly redisBytesMax: number;
  /** Monotonic. */
  readonly nowMs: () => number;
  readonly onError: (message: string, error: unknown) => void;
}

/** What a request without a usable entry in memory does next. */
export type Turn =
  | { readonly kind: 'stored'; readonly response: StoredResponse }
  /** It fetches the answer for all who wait for it, and must end the flight by `keep`, `pass`, `fail` or `abandon`. */
  | { readonly kind: 'lead'; readonly flight: Flight }
  /** It asks for itself: answers of this key are not kept. */
  | { readonly kind: 'pass' };

/** How long a waiting gateway goes without looking, in case the message that ends its wait is lost. */
const LOOK_AGAIN_MS = 100;
/** When Redis takes longer for an answer, requests go without it until it is seen to be back. */
const REDIS_TIMEOUT_MS = 250;
const REDIS_PROBE_MS = 500;
/** Paths that became old while Redis was away, at most; the oldest are forgotten. */
const UNTOLD_MAX = 50_000;
/** A stale answer is asked for anew at most this often by one gateway. */
const REFRESH_EVERY_MS = 1_000;
/** Keys whose answers are known not to be kept, at most. */
const PASSES_MAX = 10_000;

/**
 * The response cache of a gateway: answers in memory, shared with the other gateways through Redis. At any time one request of all gateways
 * fetches the answer of a key and the others wait for it; while Redis is away, one of each gateway.
 */
export class ResponseCache {
  private readonly memory: MemoryStore;
  private readonly store: RedisStore;
  private readonly messages: CacheMessages;
  private readonly flights = new Map<string, Flight>();
  /** Field → until when nobody waits for its answer. */
  private readonly passes = new Map<string, number>();
  private flushes: CacheFlushRecord = NO_FLUSHES;
  private readonly circuit: StoreCircuit;
  /** Groups that became old and Redis, so every other gateway, does not know of. */
  private readonly untold = new Set<string>();
  private tellingAll: Promise<void> | null = null;
  private stopped = false;

  constructor(private readonly options: ResponseCacheOptions) {
    const { redis, subscriber, keys, encryptionKey, memoryBytesMax, redisBytesMax } = options;
    this.memory = new MemoryStore(memoryBytesMax);
    this.store = new RedisStore({ redis, keys, codec: new EntryCodec(encryptionKey), bytesMax: redisBytesMax });
    this.circuit = new StoreCircuit({
      probe: () => (this.tellingAll ??= this.tellAll().finally(() => (this.tellingAll = null))),
      onChange: (error) => {
        if (error !== null && !this.stopped) options.onError('the response cache goes on without Redis', error);
      },
      timeoutMs: REDIS_TIMEOUT_MS,
      probeIntervalMs: REDIS_PROBE_MS,
    });
    this.messages = new CacheMessages(subscriber, keys.cacheChannel(), {
      replaced: (group, field) => this.forgetField(group, field),
      outdated: (group) => this.forgetGroup(group),
      // An answer may have become old while nobody told us.
      missed: () => this.memory.clear(),
    });
  }

  async start(): Promise<void> {
    await this.messages.start();
  }

  stop(): void {
    this.stopped = true;
    this.circuit.stop();
    this.messages.stop();
    for (const flight of this.flights.values()) this.land(flight, { kind: 'abandoned' });
  }

  /** Bytes and answers held in this process. */
  get held(): { readonly bytes: number; readonly responses: number } {
    return { bytes: this.memory.bytes, responses: this.memory.size };
  }

  /** An answer in memory, fresh or in its stale time. Costs one look-up. */
  find(key: string, nowMs: number): StoredResponse | null {
    return this.memory.find(key, nowMs);
  }

  /**
   * The answer of the slot from wherever it is kept, or the right to fetch it. Waits at most `waitMs` for others who fetch it.
   * Throws what their fetch threw, and FUNCTION_TIMEOUT when they take longer.
   */
  async take(slot: CacheSlot, encrypted: boolean, waitMs: number): Promise<Turn> {
    const deadlineMs = this.options.nowMs() + waitMs;
    for (;;) {
      const flight = this.flights.get(slot.key);
      if (flight === undefined) return this.begin(slot, 'stale', encrypted, deadlineMs);
      const landing = await this.before(deadlineMs, flight.landed);
      if (landing.kind === 'failed') throw landing.error;
      if (landing.kind !== 'abandoned') return landing;
    }
  }

  /** The right to fetch an answer although there may be one: it takes the place of what is kept, and who comes later waits for it. */
  async replace(slot: CacheSlot, encrypted: boolean): Promise<Turn> {
    return this.begin(slot, 'replace', encrypted, Infinity);
  }

  /** The right to fetch the answer of a stale one in the background; null when somebody does already, or did a moment ago. */
  async refresh(stale: StoredResponse, encrypted: boolean): Promise<Flight | null> {
    const nowMs = this.options.nowMs();
    if (nowMs < stale.refreshNotBeforeMs || this.flights.has(stale.slot.key)) return null;
    stale.refreshNotBeforeMs = nowMs + REFRESH_EVERY_MS;
    const turn = await this.begin(stale.slot, 'fresh', encrypted, nowMs);
    return turn.kind === 'lead' ? turn.flight : null;
  }

  /** Ends a flight with an answer to keep. It is kept in memory at once, in Redis in the background. */
  keep(flight: Flight, content: StorableResponse): StoredResponse {
    const { slot, sequence, token, epoch, encrypted, replaces } = flight;
    const response = new StoredResponse(slot, content, sequence, this.options.nowMs());
    // Not when a flush, an unsafe request or a newer fetch came in between.
    if (this.flights.get(slot.key) === flight && !this.isFlushed(response)) this.memory.put(response);
    this.land(flight, { kind: 'stored', response });
    if (epoch !== null) {
      const said = { settled: this.messages.settled(slot), replaced: replaces ? this.messages.replaced(slot) : '' };
      const entry = { content, sequence };
      void this.withRedis(() => this.store.keep(slot, { token, epoch }, entry, { encrypted, ...said })).then((kept) => {
        if (kept === null && replaces) this.tellLater(slot.group);
      });
    } else if (replaces) void this.tell(slot.group);
    return response;
  }

  /** Ends a flight whose answer may not be shared: who waited asks for himself, and for a moment nobody waits for this key. */
  pass(flight: Flight): void {
    const { field, group } = flight.slot;
    this.passes.delete(field);
    this.passes.set(field, this.options.nowMs() + PASS_MS);
    for (const oldest of this.passes.keys()) {
      if (this.passes.size <= PASSES_MAX) break;
      this.passes.delete(oldest);
    }
    this.land(flight, { kind: 'pass' });
    this.release(flight, PASS_MS);
    // There is an older answer that this one was to take the place of.
    if (flight.replaces) void this.outdate(group);
  }

  /** Ends a flight that brought no answer; who waited gets the error. */
  fail(flight: Flight, error: unknown): void {
    this.land(flight, { kind: 'failed', error });
    this.release(flight, 0);
  }

  /** Ends a flight whose request went away; one of those who waited takes over. */
  abandon(flight: Flight): void {
    this.land(flight, { kind: 'abandoned' });
    this.release(flight, 0);
  }

  /** Makes every answer of a path old, on all gateways, also those that are being fetched. */
  async outdate(group: string): Promise<void> {
    this.forgetGroup(group);
    await this.tell(group);
    // What Redis answered before it knew may have come in between, or still be on its way.
    this.forgetGroup(group);
  }

  /** Applies the flushes of the configuration: nothing that one names is answered with from here on. */
  applyFlushes(record: CacheFlushRecord): void {
    this.flushes = record;
    this.memory.removeWhere((response) => this.isFlushed(response));
    for (const [key, { slot, sequence }] of this.flights)
      if (mayBeFlushed(record, slot.scope, sequence)) this.flights.delete(key);
  }

  private async begin(slot: CacheSlot, acceptable: Acceptable, encrypted: boolean, deadlineMs: number): Promise<Turn> {
    const replaces = acceptable === 'replace' || acceptable === 'fresh';
    if (acceptable !== 'replace' && (this.passes.get(slot.field) ?? 0) > this.options.nowMs()) return { kind: 'pass' };
    const flight = new Flight(slot, this.flushes.sequence, randomUUID(), encrypted, replaces);
    this.flights.set(slot.key, flight);
    try {
      const claim = await this.claim(flight, acceptable, deadlineMs);
      if (claim === null || claim.kind === 'lead') {
        if (claim !== null) this.holdLock(flight, claim.epoch);
        return { kind: 'lead', flight };
      }
      const turn: Landing & Turn = claim.kind === 'hit' ? this.adopt(flight, claim.found) : { kind: 'pass' };
      this.land(flight, turn);
      return turn;
    } catch (error) {
      this.land(flight, { kind: 'failed', error });
      throw error;
    }
  }

  /** Asks Redis until it has an answer, or this flight is the one that fetches it, or the time is up. null = Redis is away. */
  private async claim(flight: Flight, acceptable: Acceptable, deadlineMs: number): Promise<Claim | null> {
    const { slot, token } = flight;
    for (;;) {
      let claim = await this.withRedis(() => this.store.claim(slot, token, acceptable));
      if (claim?.kind === 'hit' && this.isFlushed(asStored(slot, claim.found, 0)))
        claim = await this.withRedis(() => this.store.claim(slot, token, 'none'));
      if (claim?.kind !== 'wait') return claim;
      if (this.stopped) return null;
      const leftMs = deadlineMs - this.options.nowMs();
      if (leftMs <= 0) {
        if (acceptable === 'fresh') return { kind: 'pass' };
        throw tookTooLong();
      }
      await this.messages.untilSettled(slot, Math.min(LOOK_AGAIN_MS, leftMs));
    }
  }

  private holdLock(flight: Flight, epoch: number): void {
    flight.epoch = epoch;
    flight.renewal = setInterval(
      () => void this.withRedis(() => this.store.renew(flight.slot, flight.token)),
      LOCK_TTL_MS / 3,
    );
    flight.renewal.unref();
  }

  private adopt(flight: Flight, found: FoundEntry): Landing & Turn {
    const response = asStored(flight.slot, found, this.options.nowMs());
    if (this.flights.get(flight.slot.key) === flight) this.memory.put(response);
    return { kind: 'stored', response };
  }

  private land(flight: Flight, landing: Landing): void {
    flight.land(landing);
    if (this.flights.get(flight.slot.key) === flight) this.flights.delete(flight.slot.key);
  }

  private release({ epoch, slot, token }: Flight, passMs: number): void {
    if (epoch === null) return;
    void this.withRedis(() => this.store.release(slot, token, passMs, this.messages.settled(slot)));
  }

  /** Who comes after an unsafe request neither gets what was kept before it nor waits for what was asked for before it. */
  private forgetGroup(group: string): void {
    this.memory.removeGroup(group);
    for (const [key, { slot }] of this.flights) if (slot.group === group) this.flights.delete(key);
  }

  /** Another gateway replaced the answer; the older one may be in memory, or on its way from Redis. */
  private forgetField(group: string, field: string): void {
    this.memory.removeField(group, field);
    for (const [key, { slot }] of this.flights) if (slot.field === field) this.flights.delete(key);
  }

  private isFlushed({ slot, content, sequence }: StoredResponse): boolean {
    return isFlushed(this.flushes, slot.scope, content.tags, sequence);
  }

  private async before<T>(deadlineMs: number, promise: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(tookTooLong()), deadlineMs - this.options.nowMs());
    });
    try {
      return await Promise.race([promise, late]);
    } finally {
      clearTimeout(timer);
    }
  }

  /** Tells Redis and the other gateways that a path became old, as soon as that is possible. */
  private async tell(group: string): Promise<void> {
    const told = await this.withRedis(() => this.store.outdate(group, this.messages.outdated(group)));
    if (told === null) this.tellLater(group);
  }

  private tellLater(group: string): void {
    this.untold.add(group);
    for (const oldest of this.untold) {
      if (this.untold.size <= UNTOLD_MAX) break;
      this.untold.delete(oldest);
    }
  }

  /** Redis is only asked for answers again when it knows which of its own are old. */
  private async tellAll(): Promise<void> {
    await this.options.redis.ping();
    for (const group of this.untold) {
      this.untold.delete(group);
      try {
        await this.store.outdate(group, this.messages.outdated(group));
      } catch (error) {
        this.untold.add(group);
        throw error;
      }
    }
  }

  /** What Redis answers; null while it does not. */
  private async withRedis<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await this.circuit.run(work);
    } catch {
      return null; // the circuit has said so
    }
  }
}

/** A found entry on this process's clock. */
function asStored(slot: CacheSlot, { entry, freshMs }: FoundEntry, nowMs: number): StoredResponse {
  const keptForMs = entry.content.freshMs - freshMs;
  return new StoredResponse(slot, entry.content, entry.sequence, nowMs - keptForMs);
}

function tookTooLong(): SluiceError {
  return new SluiceError(
    'FUNCTION_TIMEOUT',
    'The same request was already under way, and its answer took longer than the route allows.',
  );
}
