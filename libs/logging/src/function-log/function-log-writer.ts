import { LIMITS } from '@sluice/contracts';
import { type Redis, type RedisKeys } from '@sluice/redis';
import { appendLogBlock } from './append-log-block';
import { encodeRecord, type FunctionLogRecord } from './function-log-record';

export interface FunctionLogWriterOptions {
  /** Volatile role. */
  readonly redis: Redis;
  readonly keys: RedisKeys;
  /** Differs between processes and between starts of one process: it makes repeating a block harmless. */
  readonly writerId: string;
  /** Told when a block could not be written; it is tried again. */
  readonly onError: (error: unknown) => void;
  readonly bytesPerSecond?: number;
  readonly bytesKept?: number;
  readonly secondsKept?: number;
}

interface Block {
  readonly sequence: number;
  readonly text: string;
  readonly records: number;
  readonly sampled: number;
  readonly sampledFromMs: number;
  readonly sampledToMs: number;
}

/** What is on its way to Redis for one function. */
interface PendingLog {
  text: string;
  records: number;
  sampled: number;
  sampledFromMs: number;
  sampledToMs: number;
  /** Bytes of records that may still be built; refilled by the flush. */
  budgetBytes: number;
  unsent: Block | null;
  sending: boolean;
}

const FLUSH_MS = 200;
const BLOCK_BYTES = 64 * 1024;
const PENDING_BYTES_MAX = 4 * 1024 * 1024;
const ALL_PENDING_BYTES_MAX = 32 * 1024 * 1024;

/**
 * Writes one record per invocation, in blocks. Every invocation is either a record or counted as sampled, in a marker that
 * says when: whatever Redis does, records + sampled is the number of calls of `record`.
 */
export class FunctionLogWriter {
  private readonly logs = new Map<string, PendingLog>();
  private readonly bytesPerSecond: number;
  private timer: NodeJS.Timeout | null = null;
  private refilledAtMs = 0;
  private sequence = 0;
  private pendingBytes = 0;

  constructor(private readonly options: FunctionLogWriterOptions) {
    this.bytesPerSecond = options.bytesPerSecond ?? LIMITS.functionLogBytesPerSecond;
  }

  record(functionName: string, record: FunctionLogRecord): void {
    const log = this.logs.get(functionName) ?? this.open(functionName);
    const full = log.text.length > PENDING_BYTES_MAX || this.pendingBytes > ALL_PENDING_BYTES_MAX;
    if (log.budgetBytes <= 0 || full) {
      if (log.sampled++ === 0) log.sampledFromMs = record.startedAtMs;
      log.sampledToMs = record.startedAtMs;
      return;
    }
    const text = encodeRecord(record);
    log.text += text;
    log.records++;
    // Bytes and characters differ only in what the function logged.
    log.budgetBytes -= text.length;
    this.pendingBytes += text.length;
    if (log.text.length >= BLOCK_BYTES && !log.sending && log.unsent === null) void this.send(functionName, log);
  }

  /** Writes everything recorded so far. False when Redis did not take it all within the time. */
  async flush(timeoutMs: number): Promise<boolean> {
    const deadlineMs = performance.now() + timeoutMs;
    while (performance.now() < deadlineMs) {
      const busy = [...this.logs].filter(([, log]) => !isEmpty(log));
      if (busy.length === 0) return true;
      await Promise.all(busy.map(([name, log]) => this.send(name, log)));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return [...this.logs.values()].every(isEmpty);
  }

  close(): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = null;
  }

  private open(functionName: string): PendingLog {
    const log: PendingLog = {
      text: '',
      records: 0,
      sampled: 0,
      sampledFromMs: 0,
      sampledToMs: 0,
      budgetBytes: this.bytesPerSecond,
      unsent: null,
      sending: false,
    };
    this.logs.set(functionName, log);
    if (this.timer === null) {
      this.refilledAtMs = performance.now();
      this.timer = setInterval(() => this.tick(), FLUSH_MS);
    }
    return log;
  }

  private tick(): void {
    const nowMs = performance.now();
    const refill = (this.bytesPerSecond * (nowMs - this.refilledAtMs)) / 1_000;
    this.refilledAtMs = nowMs;
    for (const [name, log] of this.logs) {
      log.budgetBytes = Math.min(this.bytesPerSecond, log.budgetBytes + refill);
      if (!isEmpty(log)) void this.send(name, log);
      else if (log.budgetBytes === this.bytesPerSecond) this.logs.delete(name);
    }
    if (this.logs.size === 0) this.close();
  }

  /** At most one block of a function is on its way, so blocks stay in order and a repeated one is recognised. */
  private async send(functionName: string, log: PendingLog): Promise<void> {
    if (log.sending) return;
    const block = (log.unsent ??= this.cut(log));
    log.sending = true;
    try {
      await appendLogBlock(this.options, functionName, block);
      log.unsent = null;
      this.pendingBytes -= block.text.length;
    } catch (error) {
      this.options.onError(error);
    } finally {
      log.sending = false;
    }
    if (log.unsent === null && log.text.length >= BLOCK_BYTES) await this.send(functionName, log);
  }

  private cut(log: PendingLog): Block {
    const { text, records, sampled, sampledFromMs, sampledToMs } = log;
    log.text = '';
    log.records = log.sampled = 0;
    return { sequence: ++this.sequence, text, records, sampled, sampledFromMs, sampledToMs };
  }
}

function isEmpty(log: PendingLog): boolean {
  return log.records === 0 && log.sampled === 0 && log.unsent === null;
}
