import { type Outcome } from '@sluice/contracts';

/** What is kept of one invocation: the fields of AWS's REPORT line, its error, and the lines it logged. */
export interface FunctionLogRecord {
  readonly requestId: string;
  readonly version: number;
  /** Epoch ms. */
  readonly startedAtMs: number;
  readonly durationUs: number;
  /** 0 on a warm environment. */
  readonly initUs: number;
  readonly memoryKb: number;
  readonly memoryMb: number;
  readonly outcome: Outcome;
  /** JSON text of the error the caller got, or null. */
  readonly error: string | null;
  /** Comma-joined JSON triples `[epochMs,"INFO","message"]`, as the sandbox delivers them. */
  readonly lines: Uint8Array;
}

/** `[epochMs, level, message]`. */
export type LogLine = readonly [number, string, string];

/** A record as it is stored: one JSON array per line, in this order. */
export type StoredRecord = readonly [
  requestId: string,
  version: number,
  startedAtMs: number,
  durationUs: number,
  initUs: number,
  memoryKb: number,
  memoryMb: number,
  outcome: Outcome,
  error: { readonly errorType?: unknown; readonly errorMessage?: unknown } | null,
  lines: readonly LogLine[],
];

const NO_LINES = '';

/** Concatenation only: this runs once per invocation. Lines and error are JSON text already. */
export function encodeRecord(record: FunctionLogRecord): string {
  const { requestId, version, startedAtMs, durationUs, initUs, memoryKb, memoryMb, outcome, error, lines } = record;
  const linesText =
    lines.length === 0 ? NO_LINES : Buffer.from(lines.buffer, lines.byteOffset, lines.length).toString();
  return `[${JSON.stringify(requestId)},${version},${startedAtMs},${durationUs},${initUs},${memoryKb},${memoryMb},${outcome},${error ?? 'null'},[${linesText}]]\n`;
}

/** null for a line that is no record: one bad record must not hide the others. */
export function decodeRecord(line: string): StoredRecord | null {
  try {
    const value: unknown = JSON.parse(line);
    return Array.isArray(value) && value.length === 10 && Array.isArray(value[9])
      ? (value as unknown as StoredRecord)
      : null;
  } catch {
    return null;
  }
}
