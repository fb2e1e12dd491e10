import { SluiceError, type ErrorCode } from '@sluice/contracts';
import { FunctionFailure } from './function-failure';
import { GatewayRefusal } from './gateway-refusal';
import { type ResponseStyle } from './routes/compiled-route';

/** An answer the gateway makes itself. */
export interface GatewayResponse {
  readonly style: ResponseStyle;
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
  /** Where AWS spells the member of the body otherwise than everywhere else. */
  readonly field?: 'Message';
}

const SERVER_ERROR = {
  status: 502,
  message: 'Internal server error',
  errorType: 'InternalServerErrorException',
} as const;
const UNAVAILABLE = { status: 503, message: 'Service Unavailable', errorType: 'ServiceUnavailableException' } as const;
const FORBIDDEN = { status: 403, message: 'Forbidden', errorType: 'ForbiddenException' } as const;
const COMMON = {
  BAD_REQUEST: { status: 400, message: 'Bad Request', errorType: 'BadRequestException' },
  CONCURRENCY_LIMIT: { status: 429, message: 'Too Many Requests', errorType: 'TooManyRequestsException' },
  NOT_ACCEPTED: UNAVAILABLE,
  QUEUE_FULL: UNAVAILABLE,
  CIRCUIT_OPEN: UNAVAILABLE,
  STORE_UNAVAILABLE: UNAVAILABLE,
  INTEGRATION_CIRCUIT_OPEN: UNAVAILABLE,
  UNAUTHORIZED: { status: 401, message: 'Unauthorized', errorType: 'UnauthorizedException' },
  INVALID_API_KEY: FORBIDDEN,
  ADDRESS_REFUSED: FORBIDDEN,
  THROTTLED: { status: 429, message: 'Too Many Requests', errorType: 'TooManyRequestsException' },
  QUOTA_EXCEEDED: { status: 429, message: 'Limit Exceeded', errorType: 'LimitExceededException' },
  BAD_REQUEST_PARAMETERS: {
    status: 400,
    message: 'Missing required request parameters',
    errorType: 'BadRequestException',
  },
  BAD_REQUEST_BODY: { status: 400, message: 'Invalid request body', errorType: 'BadRequestException' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, message: 'Unsupported Media Type', errorType: 'BadRequestException' },
  HEADERS_TOO_LARGE: {
    status: 431,
    message: 'Request Header Fields Too Large',
    errorType: 'RequestHeaderFieldsTooLargeException',
  },
  REQUEST_URI_TOO_LONG: { status: 414, message: 'Request URI too long', errorType: 'RequestTooLongException' },
  INTEGRATION_FAILURE: {
    status: 504,
    message: 'Network error communicating with endpoint',
    errorType: 'IntegrationFailureException',
  },
} as const;
const HTTP_FORBIDDEN = { status: 403, message: 'Forbidden' } as const;
const SIGNATURE_MISMATCH =
  'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. ' +
  'Consult the service documentation for details.';
const URL_FORBIDDEN = {
  status: 403,
  message:
    'Forbidden. For troubleshooting Function URL authorization issues, see: https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html',
  errorType: 'AccessDeniedException',
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
    MISSING_AUTHENTICATION_TOKEN: {
      status: 403,
      message: 'Missing Authentication Token',
      errorType: 'MissingAuthenticationTokenException',
    },
    INVALID_SIGNATURE: { status: 403, message: SIGNATURE_MISMATCH, errorType: 'InvalidSignatureException' },
    EXPIRED_TOKEN: {
      status: 403,
      message: 'The security token included in the request is expired',
      errorType: 'ExpiredTokenException',
    },
    AUTHORIZER_DENIED: {
      status: 403,
      message: 'User is not authorized to access this resource',
      errorType: 'AccessDeniedException',
      field: 'Message',
    },
    AUTHORIZER_FAILURE: { ...SERVER_ERROR, status: 500, errorType: 'AuthorizerFailureException' },
    AUTHORIZER_CONFIGURATION_ERROR: { ...SERVER_ERROR, status: 500, errorType: 'AuthorizerConfigurationException' },
    API_CONFIGURATION_ERROR: { ...SERVER_ERROR, status: 500, errorType: 'ApiConfigurationException' },
    INTEGRATION_TIMEOUT: {
      status: 504,
      message: 'Endpoint request timed out',
      errorType: 'InternalServerErrorException',
    },
    failure: SERVER_ERROR,
    timeout: { status: 504, message: 'Endpoint request timed out', errorType: 'InternalServerErrorException' },
    internal: { ...SERVER_ERROR, status: 500 },
  },
  http: {
    ...COMMON,
    ROUTE_NOT_FOUND: { status: 404, message: 'Not Found' },
    PAYLOAD_TOO_LARGE: { status: 413, message: 'Request Entity Too Large' },
    MISSING_AUTHENTICATION_TOKEN: HTTP_FORBIDDEN,
    INVALID_SIGNATURE: HTTP_FORBIDDEN,
    EXPIRED_TOKEN: HTTP_FORBIDDEN,
    AUTHORIZER_DENIED: HTTP_FORBIDDEN,
    INTEGRATION_TIMEOUT: { status: 503, message: 'Service Unavailable' },
    failure: { status: 500, message: 'Internal Server Error' },
    timeout: { status: 503, message: 'Service Unavailable' },
    internal: { status: 500, message: 'Internal Server Error' },
  },
  'function-url': {
    ...COMMON,
    ROUTE_NOT_FOUND: { status: 404, message: 'Not Found', errorType: 'ResourceNotFoundException' },
    PAYLOAD_TOO_LARGE: { status: 413, message: 'Request Entity Too Large', errorType: 'RequestTooLargeException' },
    MISSING_AUTHENTICATION_TOKEN: URL_FORBIDDEN,
    INVALID_SIGNATURE: { status: 403, message: SIGNATURE_MISMATCH, errorType: 'InvalidSignatureException' },
    EXPIRED_TOKEN: {
      status: 403,
      message: 'The security token included in the request is expired',
      errorType: 'ExpiredTokenException',
    },
    AUTHORIZER_DENIED: URL_FORBIDDEN,
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
  if (row.errorType !== undefined && style !== 'http') headers.push('x-amzn-ErrorType', row.errorType);
  const retryAfter = RETRY_AFTER[code];
  if (retryAfter !== undefined) headers.push('retry-after', retryAfter);
  const refusal = error instanceof GatewayRefusal ? error : null;
  if (refusal !== null) headers.push(...refusal.headers);
  const field = row.field ?? (style === 'function-url' ? 'Message' : 'message');
  const body = JSON.stringify({ [field]: refusal?.publicMessage ?? row.message, ...refusal?.body });
  return { style, status: row.status, code, headers, body };
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
