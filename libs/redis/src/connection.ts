import { Redis, type RedisOptions } from 'ioredis';
import { parseRedisUrl, withoutPassword } from './redis-url';

export type { Redis } from 'ioredis';

export interface ConnectOptions {
  /** Shown in CLIENT LIST: which process and what for. */
  readonly name: string;
  /** How long the first connection may take, Redis loading its data included. Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** Told about every lost or refused connection; the connection itself comes back by itself. */
  readonly onError?: (error: Error) => void;
}

const commandTimeoutMs = 1_000;
const attemptTimeoutMs = 2_000;
const retryDelayMsMax = 1_000;

/**
 * A connection for commands that must answer or fail within a second: nothing is queued while Redis is away, nothing in flight is
 * sent twice after a reconnect, and it reconnects for ever. Resolves when Redis serves; throws an error a user can act on.
 */
export async function connectRedis(url: string, options: ConnectOptions): Promise<Redis> {
  const redis = new Redis({
    ...parseRedisUrl(url),
    connectionName: options.name,
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: commandTimeoutMs,
    connectTimeout: attemptTimeoutMs,
    retryStrategy,
  });
  let lastError: Error | undefined;
  redis.on('error', (error: Error) => {
    lastError = error;
    options.onError?.(error);
  });
  try {
    await untilReady(redis, options.connectTimeoutMs ?? 10_000);
  } catch {
    redis.disconnect();
    const reason =
      lastError === undefined ? 'no answer' : ((lastError as NodeJS.ErrnoException).code ?? lastError.message);
    throw new Error(`The Redis at ${withoutPassword(url)} does not answer (${reason}).`, { cause: lastError });
  }
  return redis;
}

/**
 * A connection to the same Redis for BullMQ workers and subscribers, which wait: no command timeout, commands are kept and sent again
 * after a reconnect.
 */
export function duplicateForBlocking(redis: Redis, name: string): Redis {
  const waiting: Partial<RedisOptions> = {
    connectionName: name,
    lazyConnect: false,
    enableOfflineQueue: true,
    autoResendUnfulfilledCommands: true,
    maxRetriesPerRequest: null,
    commandTimeout: undefined,
  };
  const duplicate = redis.duplicate(waiting);
  for (const listener of redis.listeners('error')) duplicate.on('error', listener as (error: Error) => void);
  return duplicate;
}

/** Ends the connection; commands in flight get their answers if they come within a second. */
export async function closeRedis(redis: Redis): Promise<void> {
  if (redis.status !== 'ready') {
    redis.disconnect();
    return;
  }
  try {
    await redis.quit();
  } catch {
    redis.disconnect();
  }
}

function retryStrategy(attempt: number): number {
  return Math.min(retryDelayMsMax, 25 * 2 ** Math.min(attempt, 6));
}

function untilReady(redis: Redis, timeoutMs: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('timed out')), timeoutMs);
    redis.once('ready', () => {
      clearTimeout(timer);
      resolve();
    });
    // A failed first attempt rejects here while the retries go on; the timer decides when to give up.
    redis.connect().catch(() => {});
  });
}
