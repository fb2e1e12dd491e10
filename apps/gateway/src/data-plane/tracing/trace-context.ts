import { type Received } from '../request-context';

/** Where a request stands in a trace: W3C Trace Context, https://www.w3.org/TR/trace-context/ */
export interface TraceContext {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** The caller's span; '' where the trace begins here. */
  readonly parentId: string;
  /** The gateway's own span, 16 hexadecimal digits. */
  readonly spanId: string;
  /** Whether the caller wants the trace recorded; null where the trace begins here. */
  readonly sampled: boolean | null;
  /** The caller's `tracestate`, which is passed on as it is; '' = none. */
  readonly state: string;
}

const TRACE_PARENT = /^(?!ff)([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/;
const ZEROS = /^0+$/;
const SAMPLED = 0x01;
/** §3.3.1.5: at least this much has to be passed on; what is longer is dropped whole. */
const STATE_CHARS_MAX = 512;

/**
 * The trace a request is part of: the caller's when its `traceparent` is valid, else a new one. The ids of this request are made from
 * its request id, which is random: nothing has to be kept, and whoever knows the request id finds the trace.
 */
export function traceContextOf({ headers, requestId }: Pick<Received, 'headers' | 'requestId'>): TraceContext {
  const own = digitsOf(requestId);
  const spanId = own.slice(16);
  const parsed = parseTraceParent(header(headers.raw, 'traceparent'));
  if (parsed === null) return { traceId: own, parentId: '', spanId, sampled: null, state: '' };
  const state = header(headers.raw, 'tracestate');
  return { ...parsed, spanId, state: state.length <= STATE_CHARS_MAX ? state : '' };
}

/** The 32 hexadecimal digits of a UUID. */
export function digitsOf(uuid: string): string {
  return uuid.slice(0, 8) + uuid.slice(9, 13) + uuid.slice(14, 18) + uuid.slice(19, 23) + uuid.slice(24);
}

/** What is said to whoever is called on behalf of the request. */
export function traceParent({ traceId, spanId }: TraceContext, sampled: boolean): string {
  return `00-${traceId}-${spanId}-${sampled ? '01' : '00'}`;
}

function parseTraceParent(text: string): Pick<TraceContext, 'traceId' | 'parentId' | 'sampled'> | null {
  if (text === '') return null;
  const [, version = '', traceId = '', parentId = '', flags = '', more] = TRACE_PARENT.exec(text) ?? [];
  // Version 00 ends after the flags; a later one may say more, of which nothing is known.
  if (traceId === '' || (version === '00' && more !== undefined)) return null;
  if (ZEROS.test(traceId) || ZEROS.test(parentId)) return null;
  return { traceId, parentId, sampled: (Number.parseInt(flags, 16) & SAMPLED) !== 0 };
}

/** The values of a header, joined as RFC 9110 §5.3 joins them. Two `traceparent` make none that is valid. */
function header(raw: readonly string[], lowerName: string): string {
  let joined = '';
  for (let index = 0; index < raw.length; index += 2) {
    const name = raw[index] as string;
    // Names of other lengths are most of them.
    if (name.length !== lowerName.length || name.toLowerCase() !== lowerName) continue;
    joined = joined === '' ? (raw[index + 1] as string) : `${joined},${raw[index + 1] as string}`;
  }
  return joined;
}
