/** The payloads of `channel.ts`, written and read in one place for the supervisor's side. */
import { type Outcome } from '@sluice/contracts/invocation';
import { PayloadReader, type FrameWriter } from '@sluice/framing';
import { TO_HOST, type HostRevision, type ProbeResult, type ResultHead } from './channel';

export function writeRevision(
  writer: FrameWriter,
  kind: typeof TO_HOST.loadRevision | typeof TO_HOST.probe,
  handle: number,
  revision: HostRevision,
  code: string,
  codeCache: Uint8Array = new Uint8Array(0),
): void {
  writer.begin(kind, handle).text(JSON.stringify(revision)).block(codeCache).rest(code).end();
}

export interface InvokeFrame {
  readonly revisionHandle: number;
  /** Counted from its start. */
  readonly timeoutMs: number;
  /** Until it must have started. */
  readonly waitMs: number;
  readonly requestId: string;
  /** JSON text. */
  readonly event: string;
}

export function writeInvoke(writer: FrameWriter, id: number, invoke: InvokeFrame): void {
  writer
    .begin(TO_HOST.invoke, id)
    .u32(invoke.revisionHandle)
    .u32(invoke.timeoutMs)
    .u32(invoke.waitMs)
    .text(invoke.requestId)
    .rest(invoke.event)
    .end();
}

export interface ReceivedResult {
  readonly head: ResultHead & { readonly outcome: Outcome };
  /** UTF-8 JSON text of the result or of AWS's error payload; a view of the received frame. */
  readonly result: Buffer;
  /** `[epochMs,"LEVEL","message"]`, comma-joined without outer brackets; a view of the received frame. */
  readonly logs: Buffer;
}

/** Reads a `FROM_HOST.result` payload. */
export function readResult(payload: Buffer): ReceivedResult {
  const reader = new PayloadReader(payload);
  const head = {
    outcome: reader.u8() as Outcome,
    durationUs: reader.u32(),
    cpuUs: reader.u32(),
    initUs: reader.u32(),
    memoryKb: reader.u32(),
  };
  return { head, result: reader.block(), logs: reader.rest() };
}

export interface ReceivedProbe {
  readonly result: ProbeResult;
  /** Copied: it outlives the frame. */
  readonly codeCache: Buffer;
}

/** Reads a `FROM_HOST.probed` payload. */
export function readProbe(payload: Buffer): ReceivedProbe {
  const reader = new PayloadReader(payload);
  return { result: JSON.parse(reader.text()) as ProbeResult, codeCache: Buffer.from(reader.rest()) };
}

/** Reads the JSON of `ready`, `pong` and `fault`. */
export function readMessage<Message>(payload: Buffer): Message {
  return JSON.parse(payload.toString('utf8')) as Message;
}
