import { LIMITS, type AlarmState } from '@sluice/contracts';
import { LuaScript, type Redis, type RedisKeys } from '@sluice/redis';

/** What is known of an alarm. */
export interface AlarmStatus {
  readonly state: AlarmState;
  readonly reason: string;
  /** Since when it is in this state. */
  readonly since: string;
  /** Of the definition this is about: after a change of it the alarm begins anew. */
  readonly definedAt: string;
  /** End of the newest period that was looked at, epoch seconds. */
  readonly evaluatedTo: number;
}

export interface AlarmTransition {
  readonly at: string;
  readonly from: AlarmState;
  readonly to: AlarmState;
  readonly reason: string;
}

/** States of alarms and how they came about. A state changes only from what the writer saw, so a transition has one author. */
export class AlarmStates {
  constructor(
    private readonly options: {
      /** Durable. */
      readonly redis: Redis;
      readonly keys: RedisKeys;
    },
  ) {}

  /** null = it has none yet. */
  async get(alarm: string): Promise<AlarmStatus | null> {
    return parse(await this.options.redis.hget(this.options.keys.alarmStates(), alarm));
  }

  async all(): Promise<ReadonlyMap<string, AlarmStatus>> {
    const texts = await this.options.redis.hgetall(this.options.keys.alarmStates());
    return new Map(Object.entries(texts).map(([alarm, text]) => [alarm, JSON.parse(text) as AlarmStatus]));
  }

  /** False when the state is no longer the one seen. `transition` is null when only the time it was looked at changes. */
  async change(
    alarm: string,
    seen: AlarmStatus | null,
    next: AlarmStatus,
    transition: AlarmTransition | null,
  ): Promise<boolean> {
    return this.write(alarm, seen, JSON.stringify(next), transition === null ? '' : JSON.stringify(transition));
  }

  /** Newest first. */
  async history(alarm: string): Promise<AlarmTransition[]> {
    const { redis, keys } = this.options;
    const entries = await redis.lrange(keys.alarmHistory(alarm), 0, LIMITS.alarmHistoryKept - 1);
    return entries.map((entry) => JSON.parse(entry) as AlarmTransition);
  }

  /** State and history of a deleted alarm. */
  async forget(alarm: string): Promise<void> {
    while (!(await this.write(alarm, await this.get(alarm), '', ''))) continue;
  }

  private async write(alarm: string, seen: AlarmStatus | null, next: string, transition: string): Promise<boolean> {
    const { redis, keys } = this.options;
    const seenText = seen === null ? '' : JSON.stringify(seen);
    return (
      (await CHANGE.run(
        redis,
        [keys.alarmStates(), keys.alarmHistory(alarm)],
        [alarm, seenText, next, transition, LIMITS.alarmHistoryKept],
      )) === 1
    );
  }
}

const CHANGE = LuaScript.load(__dirname, 'change-alarm-state-2.lua');

function parse(text: string | null): AlarmStatus | null {
  return text === null ? null : (JSON.parse(text) as AlarmStatus);
}
