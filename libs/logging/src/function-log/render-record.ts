import { OUTCOME } from '@sluice/contracts';
import { type StoredRecord } from './function-log-record';

/** One line of a function's log, as CloudWatch Logs would hold it. */
export interface FunctionLogEvent {
  /** Epoch ms. */
  readonly timestamp: number;
  /** Empty on a marker. */
  readonly requestId: string;
  readonly level?: string;
  readonly message: string;
  /** On a marker: invocations that have no record. */
  readonly sampled?: number;
}

/**
 * The lines AWS writes for one invocation: START, what the function logged (`time\trequest id\tLEVEL\tmessage`), how it failed, END, REPORT.
 * Version is the number of the version that ran, also for $LATEST.
 */
export function renderRecord(record: StoredRecord): FunctionLogEvent[] {
  const [requestId, version, startedAtMs, durationUs, initUs, memoryKb, memoryMb, outcome, error, lines] = record;
  const endedAtMs = startedAtMs + Math.floor(durationUs / 1_000);
  const events: FunctionLogEvent[] = [
    { timestamp: startedAtMs, requestId, message: `START RequestId: ${requestId} Version: ${version}` },
  ];
  for (const [timestamp, level, message] of lines) {
    events.push({ timestamp, requestId, level, message: `${iso(timestamp)}\t${requestId}\t${level}\t${message}` });
  }
  if (error !== null) {
    const thrown = outcome === OUTCOME.functionError || outcome === OUTCOME.initError;
    const text = thrown
      ? `${requestId}\tERROR\tInvoke Error \t${JSON.stringify(error)}`
      : shortMessage(requestId, error.errorMessage);
    events.push({
      timestamp: endedAtMs,
      requestId,
      level: 'ERROR',
      message: `${iso(endedAtMs)}${thrown ? '\t' : ' '}${text}`,
    });
  }
  events.push({ timestamp: endedAtMs, requestId, message: `END RequestId: ${requestId}` });
  const init = initUs > 0 ? `Init Duration: ${milliseconds(initUs)} ms\t` : '';
  const report = [
    `REPORT RequestId: ${requestId}`,
    `Duration: ${milliseconds(durationUs)} ms`,
    `Billed Duration: ${Math.ceil((durationUs + initUs) / 1_000)} ms`,
    `Memory Size: ${memoryMb} MB`,
    `Max Memory Used: ${Math.ceil(memoryKb / 1_024)} MB`,
    init,
  ];
  events.push({ timestamp: endedAtMs, requestId, message: report.join('\t') });
  return events;
}

export function renderMarker(sampled: number, fromMs: number, toMs: number): FunctionLogEvent {
  const message = `SAMPLED\tInvocations: ${sampled}\tFrom: ${iso(fromMs)}\tTo: ${iso(toMs)}\tnot recorded: over the log volume per second\t`;
  return { timestamp: fromMs, requestId: '', message, sampled };
}

/** AWS: `<time> <request id> Task timed out after 3.00 seconds`; our error texts say "RequestId: <id> Error: …". */
function shortMessage(requestId: string, errorMessage: unknown): string {
  const text = typeof errorMessage === 'string' ? errorMessage : 'failed';
  const prefix = `RequestId: ${requestId} Error: `;
  return `${requestId} ${text.startsWith(prefix) ? text.slice(prefix.length) : text}`;
}

function milliseconds(us: number): string {
  return (us / 1_000).toFixed(2);
}

function iso(epochMs: number): string {
  return Number.isFinite(epochMs) && Math.abs(epochMs) <= 8.64e15 ? new Date(epochMs).toISOString() : String(epochMs);
}
