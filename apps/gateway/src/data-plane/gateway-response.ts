import { SluiceError, type ErrorCode } from '@sluice/contracts';
import { FunctionFailure } from './function-failure';
import { type ResponseStyle } from './routes/compiled-route';

/** An answer the gateway makes itself. */
export interface GatewayResponse {
  readonly status: number;
  readonly code: ErrorCode;
  readonly body: string;
  /** Name, value, … */
  readonly headers: readonly string[];
}

interface Row {
  readonly status: number;
  readonly message: string;
  /** `x-amzn-ErrorType`, on `rest` APIs and function URLs. */
  readonly errorType?: string;
}

const SERVER_ERROR = {
  status: 502,
  message: 'Internal server error',
  errorType: 'InternalServerErrorException',
} as const;
const UNAVAILABLE = { status: 503, message: 'Service Unavailable', errorType: 'ServiceUnavailableException' } as const;
const COMMON = {
  BAD_REQUEST: { status: 400, message: 'Bad Request', errorType: 'BadRequestException' },
  CONCURRENCY_LIMIT: { status: 429, message: 'Too Many Requests', errorType: 'TooManyRequestsException' },
  NOT_ACCEPTED: UNAVAILABLE,
  QUEUE_FULL: UNAVAILABLE,
  CIRCUIT_OPEN: UNAVAILABLE,
  STORE_UNAVAILABLE: UNAVAILABLE,
} as const;

/**
 * Statuses and bodies by style: AWS's, with one deviation. A function's own timeout is answered as an integration timeout
 * (504 / 503 / 504), so that callers can tell "too slow" from "broken"; AWS says 502 / 500.
 */
const ROWS: Record<
  ResponseStyle,
  { readonly [C in ErrorCode]?: Row } & { readonly failure: Row; readonly timeout: Row; readonly internal: Row }
> = {
  rest: {
    ...COMMON,
    ROUTE_NOT_FOUND: {
      status: 403,
      message: 'Missing Authentication Token',
      errorType: 'MissingAuthenticationTokenException',
    },
    PAYLOAD_TOO_LARGE: { status: 413, message: 'Request Too Long', errorType: 'RequestTooLargeException' },
    failure: SERVER_ERROR,
    timeout: { status: 504, message: 'Endpoint request timed out', errorType: 'InternalServerErrorException' },
    internal: { ...SERVER_ERROR, status: 500 },
  },
  http: {
    ...COMMON,
    ROUTE_NOT_FOUND: { status: 404, message: 'Not Found' },
    PAYLOAD_TOO_LARGE: { status: 413, message: 'Request Entity Too Large' },
    failure: { status: 500, message: 'Internal Server Error' },
    timeout: { status: 503, message: 'Service Unavailable' },
    internal: { status: 500, message: 'Internal Server Error' },
  },
  'function-url': {
    ...COMMON,
    ROUTE_NOT_FOUND: { status: 404, message: 'Not Found', errorType: 'ResourceNotFoundException' },
    PAYLOAD_TOO_LARGE: { status: 413, message: 'Request Entity Too Large', errorType: 'RequestTooLargeException' },
    failure: { status: 502, message: 'Internal Server Error', errorType: 'InternalServerErrorException' },
    timeout: { status: 504, message: 'Gateway Timeout', errorType: 'InternalServerErrorException' },
    internal: { status: 500, message: 'Internal Server Error', errorType: 'InternalServerErrorException' },
  },
};

const FAILURES: ReadonlySet<ErrorCode> = new Set([
  'FUNCTION_ERROR',
  'FUNCTION_OUT_OF_MEMORY',
  'FUNCTION_EXITED',
  'RESPONSE_MALFORMED',
  'RESPONSE_TOO_LARGE',
]);
/** Seconds after which what refused this request may be over. */
const RETRY_AFTER: { readonly [C in ErrorCode]?: string } = {
  NOT_ACCEPTED: '1',
  QUEUE_FULL: '1',
  STORE_UNAVAILABLE: '1',
  CONCURRENCY_LIMIT: '1',
  CIRCUIT_OPEN: '60',
};
const REASON_CHARS_MAX = 200;

/** The one place that turns an error into HTTP. The text of an error nobody foresaw never reaches the caller. */
export function gatewayResponse(error: unknown, style: ResponseStyle): GatewayResponse {
  const { code, reason } = known(error);
  const row = rowOf(code, style);
  const headers = ['content-type', 'application/json', 'x-content-type-options', 'nosniff', 'x-sluice-error', code];
  if (reason !== '') headers.push('x-sluice-reason', reason);
  if (row.errorType !== undefined) headers.push('x-amzn-ErrorType', row.errorType);
  const retryAfter = RETRY_AFTER[code];
  if (retryAfter !== undefined) headers.push('retry-after', retryAfter);
  const field = style === 'function-url' ? 'Message' : 'message';
  return { status: row.status, code, headers, body: JSON.stringify({ [field]: row.message }) };
}

function known(error: unknown): { code: ErrorCode; reason: string } {
  if (error instanceof FunctionFailure) return { code: error.code, reason: headerText(error.reason) };
  if (error instanceof SluiceError) return { code: error.code, reason: headerText(error.message) };
  return { code: 'INTERNAL', reason: '' };
}

function rowOf(code: ErrorCode, style: ResponseStyle): Row {
  const rows = ROWS[style];
  if (FAILURES.has(code)) return rows.failure;
  if (code === 'FUNCTION_TIMEOUT') return rows.timeout;
  if (code === 'HOST_LOST') return { ...rows.failure, status: 502 };
  return rows[code] ?? rows.internal;
}

/** An error type is the function's own word: what could break a header or a terminal does not get into one. */
function headerText(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, REASON_CHARS_MAX);
}
