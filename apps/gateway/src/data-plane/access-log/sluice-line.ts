import { SluiceError } from '@sluice/contracts';
import { escapeText } from '@sluice/logging';
import { FunctionFailure } from '../function-failure';
import { type AccessLogEntry } from './access-log-entry';

/**
 * The line of a stage without a setting: one JSON object per request. Built by hand, because every request has one: what a route
 * contributes is already JSON text, numbers need no quoting.
 */
export function sluiceLine({ received, routed, failure, status, latencyMs, integrationMs }: AccessLogEntry): string {
  const { requestId, receivedEpochMs, method, path, sourceIp, headers, bodyBytes } = received;
  const code = codeOf(failure);
  const error = code === '' ? '' : `,"error":"${code}"`;
  return (
    `{"time":"${isoTime(receivedEpochMs)}","requestId":"${requestId}",${routed?.route.logFields ?? '"api":null,"stage":null,"route":null'}` +
    `,"method":"${method}","path":"${escapeText(path)}","status":${status},"latencyMs":${milliseconds(latencyMs)},"integrationLatencyMs":${milliseconds(integrationMs)}` +
    `,"sourceIp":"${sourceIp}","userAgent":"${escapeText(headers.userAgent)}","bytes":${bodyBytes}${error}}`
  );
}

/** The line of a connection that never got as far as a request. */
export function malformedLine(requestId: string, status: number, code: string, sourceIp: string): string {
  return (
    `{"time":"${isoTime(Date.now())}","requestId":"${requestId}","api":null,"stage":null,"route":null,"method":null,"path":null,"status":${status}` +
    `,"latencyMs":0,"integrationLatencyMs":0,"sourceIp":"${sourceIp}","userAgent":"","bytes":0,"error":"${code}"}`
  );
}

/** The code a caller saw in `x-sluice-error`; '' where nothing failed. */
export function codeOf(failure: unknown): string {
  if (failure === null) return '';
  return failure instanceof FunctionFailure || failure instanceof SluiceError ? failure.code : 'INTERNAL';
}

const THREE_DIGITS = Array.from({ length: 1_000 }, (_, number) => String(number).padStart(3, '0'));

/** With three decimals, as `toFixed` has them but at a fraction of its cost. */
function milliseconds(ms: number): string {
  const us = Math.round(ms * 1_000);
  return `${Math.floor(us / 1_000)}.${THREE_DIGITS[us % 1_000]}`;
}

let cachedSecond = 0;
let cachedPrefix = '';

/** ISO 8601 with milliseconds; the part down to the second is made once per second. */
function isoTime(epochMs: number): string {
  const second = Math.floor(epochMs / 1_000);
  if (second !== cachedSecond) {
    cachedSecond = second;
    cachedPrefix = new Date(second * 1_000).toISOString().slice(0, 20);
  }
  return `${cachedPrefix}${THREE_DIGITS[epochMs % 1_000]}Z`;
}
