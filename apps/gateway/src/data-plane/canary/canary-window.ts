import { LuaScript, RedisKeys, type Redis } from '@sluice/redis';
import { type VariantCounts, type VariantWindow } from './variant-counts';

export interface CanaryName {
  readonly api: string;
  readonly stage: string;
  /** Its deployment and when it began: a second canary of the same deployment starts with nothing. */
  readonly id: string;
}

export interface CanaryPair<T> {
  readonly base: T;
  readonly canary: T;
}

/** Hands on what this gateway counted, and answers what all gateways did within the window (up to one slot less than it). */
export async function addToWindow(
  redis: Redis,
  { api, stage, id }: CanaryName,
  windowSeconds: number,
  { base, canary }: CanaryPair<VariantCounts>,
): Promise<CanaryPair<VariantWindow>> {
  const slotSeconds = Math.ceil(windowSeconds / SLOTS_MAX);
  const answer = (await ADD_COUNTS.run(
    redis,
    [keys.canaryWindow(api, stage, id)],
    [slotSeconds, Math.ceil(windowSeconds / slotSeconds), ...base.take('b'), ...canary.take('c')],
  )) as (string | number)[];
  return { base: windowOf(answer, 'b'), canary: windowOf(answer, 'c') };
}

const keys = new RedisKeys();
const ADD_COUNTS = LuaScript.load(__dirname, 'add-canary-counts-1.lua');
/** Bounds what is kept of a long window. */
const SLOTS_MAX = 15;

function windowOf(fields: readonly (string | number)[], prefix: string): VariantWindow {
  let [requests, errors] = [0, 0];
  const latencies = new Map<number, number>();
  for (let at = 0; at + 1 < fields.length; at += 2) {
    const [field, sum] = [String(fields[at]), Number(fields[at + 1])];
    if (!field.startsWith(prefix)) continue;
    const name = field.slice(prefix.length);
    if (name === 'n') requests = sum;
    else if (name === 'e') errors = sum;
    else latencies.set(Number(name.slice(1)), sum);
  }
  return { requests, errors, latencies };
}
