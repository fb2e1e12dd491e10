import { SluiceError } from '@sluice/contracts';
import { type Logger } from '@sluice/logging';
import { type AccessLogs } from '../access-log/access-logs';
import { FunctionFailure } from '../function-failure';
import { type RequestMetrics, type RouteMetrics } from '../request-metrics';
import { type Received, type Routed } from '../request-context';
import { type Tracer } from '../tracing/tracer';

/** What nginx calls it, and the name a client that left has in logs and metrics. */
const CLIENT_CLOSED_STATUS = 499;

/** Counts and logs every request once, whatever became of it. Never throws. */
export class Recorder {
  private readonly unrouted: RouteMetrics;

  constructor(
    metrics: RequestMetrics,
    private readonly accessLogs: AccessLogs,
    private readonly tracer: Tracer | null,
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
      const bytes = routed.body.length + routed.streamedBytes + routed.bodyBytes;
      routed.route.metrics.record(status, latencyMs, integrationMs, routed.cacheStatus, bytes);
      routed.route.stage.counts?.record(status, latencyMs);
    }
    if (failure !== null && !(failure instanceof SluiceError) && !(failure instanceof FunctionFailure)) {
      this.logger.error('a request failed for a reason nobody foresaw', {
        requestId: received.requestId,
        error: failure,
      });
    }
    const entry = { received, routed, failure, status, latencyMs, integrationMs };
    (routed === null ? this.accessLogs.usual : routed.route.accessLog)?.write(entry);
    this.tracer?.record(entry);
  }

  /** A connection that never got as far as a request. */
  recordMalformed(requestId: string, status: number, code: string, sourceIp: string): void {
    this.unrouted.record(status, 0, 0, '', 0);
    this.accessLogs.writeMalformed(requestId, status, code, sourceIp);
  }
}
