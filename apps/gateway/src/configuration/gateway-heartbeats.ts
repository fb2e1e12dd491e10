import { setTimeout as delay } from 'node:timers/promises';
import { LuaScript, RedisKeys, type Redis } from '@sluice/redis';

/**
 * Which gateways live, and which configuration version each has applied; in volatile Redis, in Redis time.
 * A gateway beats every 500 ms and at once when it has applied something, so a writer waits milliseconds for its peers, not a beat.
 */
export class GatewayHeartbeats {
  private version = -1;
  private timer: NodeJS.Timeout | null = null;
  private failing = false;

  constructor(
    private readonly options: {
      /** Volatile. */
      readonly redis: Redis;
      readonly gatewayId: string;
      readonly nowMs: () => number;
      readonly onError: (message: string, error: unknown) => void;
    },
  ) {}

  /** The first beat is out when this resolves: from then on writers wait for this gateway. */
  async start(version: number): Promise<void> {
    this.version = version;
    this.timer = setInterval(() => this.beatInBackground(), BEAT_INTERVAL_MS);
    await this.beat();
  }

  /** Takes this gateway out, so that nobody waits for it. */
  async stop(): Promise<void> {
    if (this.timer === null) return;
    clearInterval(this.timer);
    this.timer = null;
    await this.options.redis.hdel(keys.heartbeats('gateway'), this.options.gatewayId).catch(() => undefined);
  }

  applied(version: number): void {
    this.version = version;
    if (this.timer !== null) this.beatInBackground();
  }

  /** Waits until no live gateway is behind `version`; false when one still is after `timeoutMs`, or Redis cannot tell. */
  async allApplied(version: number, timeoutMs: number): Promise<boolean> {
    const giveUpAtMs = this.options.nowMs() + timeoutMs;
    for (let waitMs = 5; ; waitMs = Math.min(waitMs * 2, 50)) {
      const live = await this.beat().catch(() => null);
      if (live === null) return false;
      if ([...live].every(([id, applied]) => id === this.options.gatewayId || applied >= version)) return true;
      if (this.options.nowMs() + waitMs > giveUpAtMs) return false;
      await delay(waitMs);
    }
  }

  /** Beats, and answers the version of each live gateway by id. */
  private async beat(): Promise<Map<string, number>> {
    const answer = (await BEAT.run(
      this.options.redis,
      [keys.heartbeats('gateway')],
      [this.options.gatewayId, Math.max(this.version, 0), GONE_AFTER_MS],
    )) as (string | number)[];
    const live = new Map<string, number>();
    for (let i = 0; i + 1 < answer.length; i += 2) live.set(String(answer[i]), Number(answer[i + 1]));
    return live;
  }

  private beatInBackground(): void {
    this.beat().then(
      () => (this.failing = false),
      (error: unknown) => {
        if (!this.failing) this.options.onError('this gateway cannot tell the others that it lives', error);
        this.failing = true;
      },
    );
  }
}

const keys = new RedisKeys();
const BEAT = LuaScript.load(__dirname, 'beat-1.lua');
const BEAT_INTERVAL_MS = 500;
/** Four missed beats. */
const GONE_AFTER_MS = 2_000;
