import { RedisKeys, type Redis } from '@sluice/redis';
import { parseUsageField } from './usage-field';

const keys = new RedisKeys();
const FIELDS_PER_SCAN = 1_000;

/** Requests of one day under one plan, with one API key, to one API. */
export interface UsageEntry {
  /** Days since 1970, UTC. */
  readonly day: number;
  readonly planName: string;
  readonly apiKeyId: string;
  readonly apiName: string;
  readonly requests: number;
}

/** Reads what was counted; a page of fields at a time, so that a large report holds nobody up. */
export class UsageReader {
  constructor(
    /** Durable. */
    private readonly redis: Redis,
  ) {}

  /** Every entry of the days, both ends included, in the order of days; `planName` leaves out all others. */
  async read(fromDay: number, toDay: number, planName?: string): Promise<UsageEntry[]> {
    const entries: UsageEntry[] = [];
    for (let day = fromDay; day <= toDay; day++) entries.push(...(await this.readDay(day, planName)));
    return entries;
  }

  /** When each key was last used (ms since 1970); undefined = never, or longer ago than is kept. */
  async lastUsed(apiKeyIds: readonly string[]): Promise<readonly (number | undefined)[]> {
    if (apiKeyIds.length === 0) return [];
    const times = await this.redis.hmget(keys.apiKeysLastUsed(), ...apiKeyIds);
    return times.map((time) => (time === null ? undefined : Number(time)));
  }

  async forgetKey(apiKeyId: string): Promise<void> {
    await this.redis.hdel(keys.apiKeysLastUsed(), apiKeyId);
  }

  private async readDay(day: number, planName: string | undefined): Promise<UsageEntry[]> {
    // A field may come twice while a hash grows: the last reading counts.
    const counts = new Map<string, number>();
    let cursor = '0';
    do {
      const pattern = planName === undefined ? '*' : `${planName}/*`;
      const [next, pairs] = await this.redis.hscan(
        keys.usageOfDay(day),
        cursor,
        'MATCH',
        pattern,
        'COUNT',
        FIELDS_PER_SCAN,
      );
      for (let at = 0; at + 1 < pairs.length; at += 2) counts.set(pairs[at] ?? '', Number(pairs[at + 1]));
      cursor = next;
    } while (cursor !== '0');
    return [...counts].map(([field, requests]) => ({ day, requests, ...parseUsageField(field) }));
  }
}
