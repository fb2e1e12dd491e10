import { SluiceError } from '@sluice/contracts';
import { type LineWriter, type Logger } from '@sluice/logging';
import { FunctionFailure } from '../function-failure';
import { type RequestMetrics, type RouteMetrics } from '../request-metrics';
import { type Received, type Routed } from '../request-context';

/** What nginx calls it, and the name a client that left has in logs and metrics. */
const CLIENT_CLOSED_STATUS = 499;

/** Counts and logs every request once, whatever became of it. Never throws. */
export class Recorder {
  private readonly unrouted: RouteMetrics;

  constructor(
    metrics: RequestMetrics,
    private readonly accessLog: LineWriter | null,
    private readonly logger: Logger,
  ) {
    this.unrouted = metrics.route('-', null, '-');
  }

  record(received: Received, routed: Routed | null, failure: unknown): void {
    const latencyMs = performance.now() - received.receivedAtMs;
    const left = failure instanceof SluiceError && failure.code === 'CLIENT_CLOSED';
    const status = left ? CLIENT_CLOSED_STATUS : received.response.statusCode;
    const integrationMs = routed?.integrationMs ?? 0;
    if (routed === null) this.unrouted.record(status, latencyMs, 0, '', received.bodyBytes);
    else {
      const bytes = routed.body.length + routed.bodyBytes;
      routed.route.metrics.record(status, latencyMs, integrationMs, routed.cacheStatus, bytes);
      routed.route.stage.counts?.record(status, latencyMs);
    }
    if (failure !== null && !(failure instanceof SluiceError) && !(failure instanceof FunctionFailure)) {
      this.logger.error('a request failed for a reason nobody foresaw', {
        requestId: received.requestId,
        error: failure,
      });
    }
    if (this.accessLog !== null)
      this.accessLog.writeLine(accessLine(routed ?? received, routed, failure, status, latencyMs, integrationMs));
  }

  /** A connection that never got as far as a request. */
  recordMalformed(requestId: string, status: number, code: string, sourceIp: string): void {
    this.unrouted.record(status, 0, 0, '', 0);
    this.accessLog?.writeLine(
      `{"time":"${isoTime(Date.now())}","requestId":"${requestId}","api":null,"stage":null,"route":null,"method":null,"path":null,"status":${status}` +
        `,"latencyMs":0,"integrationLatencyMs":0,"sourceIp":"${sourceIp}","userAgent":"","bytes":0,"error":"${code}"}`,
    );
  }
}

/** One JSON object per request. Built by hand: what a route contributes is already JSON text, numbers need no quoting. */
function accessLine(
  { requestId, receivedEpochMs, method, path, sourceIp, headers, bodyBytes }: Received,
  routed: Routed | null,
  failure: unknown,
  status: number,
  latencyMs: number,
  integrationMs: number,
): string {
  const error =
    failure instanceof FunctionFailure || failure instanceof SluiceError
      ? `,"error":"${failure.code}"`
      : failure === null
        ? ''
        : ',"error":"INTERNAL"';
  return (
    `{"time":"${isoTime(receivedEpochMs)}","requestId":"${requestId}",${routed?.route.logFields ?? '"api":null,"stage":null,"route":null'}` +
    `,"method":"${method}","path":${JSON.stringify(path)},"status":${status},"latencyMs":${latencyMs.toFixed(3)},"integrationLatencyMs":${integrationMs.toFixed(3)}` +
    `,"sourceIp":"${sourceIp}","userAgent":${JSON.stringify(headers.userAgent)},"bytes":${bodyBytes}${error}}`
  );
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
  return `${cachedPrefix}${String(epochMs % 1_000).padStart(3, '0')}Z`;
}
