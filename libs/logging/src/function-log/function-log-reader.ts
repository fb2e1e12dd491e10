import { type Redis, type RedisKeys } from '@sluice/redis';
import { decodeRecord } from './function-log-record';
import { renderMarker, renderRecord, type FunctionLogEvent } from './render-record';

export interface FunctionLogQuery {
  /** Events of this time and later, epoch ms. */
  readonly sinceMs?: number;
  readonly requestId?: string;
  /** Events in the answer at most. */
  readonly limit: number;
  /** `nextCursor` of the answer before. */
  readonly cursor?: string;
}

export interface FunctionLogPage {
  readonly events: readonly FunctionLogEvent[];
  /** Absent at the end. */
  readonly nextCursor?: string;
  /** Everything stored, whatever the query left out: records + sampled + trimmed = invocations while none has expired. */
  readonly summary: FunctionLogSummary;
}

export interface FunctionLogSummary {
  readonly records: number;
  /** Invocations without a record, because the function logged too much per second. */
  readonly sampled: number;
  /** Invocations, recorded or sampled, whose blocks were dropped to keep the log within its size. */
  readonly trimmed: number;
}

type Entry = readonly [id: string, fields: readonly string[]];

const BLOCKS_PER_READ = 16;
const CURSOR = /^(\d{1,20}-\d{1,20})\.(\d{1,9})$/;
/** Clocks of the machines that wrote the events and of Redis may differ this much. */
const CLOCK_SLACK_MS = 60_000;

/** Reads a function's log, oldest first, as AWS shows it. */
export class FunctionLogReader {
  constructor(private readonly options: { readonly redis: Redis; readonly keys: RedisKeys }) {}

  /** Throws RangeError on a cursor that is none. */
  async read(functionName: string, query: FunctionLogQuery): Promise<FunctionLogPage> {
    const { redis, keys } = this.options;
    const stream = keys.functionLogs(functionName);
    const summary = await this.summary(functionName);
    const position = parseCursor(query.cursor);
    // A block is written after its last event, so none before that time holds a later one.
    let from = position?.blockId ?? String(Math.max(0, (query.sinceMs ?? 0) - CLOCK_SLACK_MS));
    let skip = position?.eventsRead ?? 0;
    const events: FunctionLogEvent[] = [];
    if (position === null && summary.trimmed > 0 && query.requestId === undefined) {
      events.push({
        timestamp: query.sinceMs ?? 0,
        requestId: '',
        message: `TRIMMED\tInvocations: ${summary.trimmed}\tolder than what fits into the log\t`,
        sampled: summary.trimmed,
      });
    }
    for (;;) {
      const blocks = (await redis.xrange(stream, from, '+', 'COUNT', BLOCKS_PER_READ)) as Entry[];
      for (const [id, fields] of blocks) {
        const rendered = renderBlock(fields, query);
        for (let index = skip; index < rendered.length; index++) {
          if (events.length >= query.limit) return { events, nextCursor: `${id}.${index}`, summary };
          events.push(rendered[index] as FunctionLogEvent);
        }
        skip = 0;
      }
      const last = blocks.at(-1);
      if (last === undefined || blocks.length < BLOCKS_PER_READ) return { events, summary };
      from = `(${last[0]}`;
    }
  }

  private async summary(functionName: string): Promise<FunctionLogSummary> {
    const { redis, keys } = this.options;
    const totals = await redis.hmget(keys.functionLogTotals(functionName), 'records', 'sampled', 'trimmed');
    const [records = 0, sampled = 0, trimmed = 0] = totals.map((total) => Number(total ?? 0));
    return { records, sampled, trimmed };
  }
}

function renderBlock(fields: readonly string[], { sinceMs, requestId }: FunctionLogQuery): FunctionLogEvent[] {
  const field = (name: string): string => fields[fields.indexOf(name) + 1] ?? '';
  const events: FunctionLogEvent[] = [];
  const sampled = Number(field('s'));
  if (sampled > 0 && requestId === undefined)
    events.push(renderMarker(sampled, Number(field('f')), Number(field('t'))));
  for (const line of field('d').split('\n')) {
    if (line === '' || (requestId !== undefined && !line.includes(requestId))) continue;
    const record = decodeRecord(line);
    if (record !== null && (requestId === undefined || record[0] === requestId)) events.push(...renderRecord(record));
  }
  return sinceMs === undefined ? events : events.filter(({ timestamp }) => timestamp >= sinceMs);
}

function parseCursor(cursor: string | undefined): { blockId: string; eventsRead: number } | null {
  if (cursor === undefined) return null;
  const match = CURSOR.exec(cursor);
  if (match === null) throw new RangeError('the cursor is not one of this log');
  return { blockId: match[1] as string, eventsRead: Number(match[2]) };
}
