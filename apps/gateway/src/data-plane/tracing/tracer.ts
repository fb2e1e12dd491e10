import { randomBytes } from 'node:crypto';
import { type AccessLogEntry } from '../access-log/access-log-entry';
import { codeOf } from '../access-log/sluice-line';
import { type Routed } from '../request-context';
import { SPAN_KIND, type Span, type SpanExporter } from './span-exporter';
import { traceContextOf, type TraceContext } from './trace-context';

/**
 * Spans of requests, made once a request is over from what was measured anyway:
 * request → integration → queue · start of an environment · handler.
 */
export class Tracer {
  constructor(
    private readonly exporter: SpanExporter,
    /** Share of the traces that begin here and are recorded, 0 to 1. Of others the caller decides. */
    private readonly ratio: number,
  ) {}

  /** Whether a trace that begins here is recorded: decided by its id, so that everybody who sees it decides the same. */
  samples(traceId: string): boolean {
    return Number.parseInt(traceId.slice(-8), 16) < this.ratio * 2 ** 32;
  }

  /** Never throws. */
  record(entry: AccessLogEntry): void {
    const context = traceContextOf(entry.received);
    if (!(context.sampled ?? this.samples(context.traceId))) return;
    this.exporter.add(requestSpan(entry, context));
    const { routed } = entry;
    if (routed === null || routed.integrationMs === 0) return;
    const integration = integrationSpan(entry, routed, context);
    this.exporter.add(integration);
    for (const part of invocationSpans(routed, integration)) this.exporter.add(part);
  }
}

function requestSpan({ received, routed, status, latencyMs, failure }: AccessLogEntry, context: TraceContext): Span {
  const { method, path, sourceIp, requestId, receivedEpochMs } = received;
  const code = codeOf(failure);
  return {
    traceId: context.traceId,
    spanId: context.spanId,
    parentId: context.parentId,
    name: routed === null ? method : `${method} ${routed.route.resource}`,
    kind: SPAN_KIND.server,
    startMs: receivedEpochMs,
    endMs: receivedEpochMs + latencyMs,
    failed: status >= 500,
    attributes: {
      'http.request.method': method,
      'http.response.status_code': status,
      'url.path': path,
      'client.address': sourceIp,
      'sluice.request_id': requestId,
      ...(routed === null
        ? {}
        : {
            'http.route': routed.route.resource,
            'sluice.api': routed.route.apiName,
            'sluice.stage': routed.route.stage.name,
            ...(routed.cacheStatus === '' ? {} : { 'sluice.cache': routed.cacheStatus }),
          }),
      ...(code === '' ? {} : { 'error.type': code }),
    },
  };
}

/** Where nobody noted its start, it is put so that it ends with the request. */
function integrationSpan(
  { received, latencyMs, failure }: AccessLogEntry,
  routed: Routed,
  context: TraceContext,
): Span {
  const { integrationMs, integrationStartedAtMs } = routed;
  const afterMs =
    integrationStartedAtMs > 0 ? integrationStartedAtMs - received.receivedAtMs : latencyMs - integrationMs;
  const { integration } = routed.route.definition;
  const startMs = received.receivedEpochMs + Math.max(0, afterMs);
  return {
    traceId: context.traceId,
    spanId: newSpanId(),
    parentId: context.spanId,
    name: integration.type === 'function' ? `invoke ${integration.function}` : integration.type,
    kind: SPAN_KIND.client,
    startMs,
    endMs: startMs + integrationMs,
    failed: failure !== null,
    attributes:
      integration.type === 'function'
        ? { 'faas.invoked_name': integration.function }
        : { 'sluice.integration': integration.type },
  };
}

/** What a runner said of an invocation: the handler ran last, the environment was started before it, the rest was waiting. */
function invocationSpans({ invocation }: Routed, integration: Span): Span[] {
  if (invocation === null) return [];
  const { traceId, spanId: parentId, startMs, endMs } = integration;
  const handlerFromMs = Math.max(startMs, endMs - invocation.durationUs / 1_000);
  const environmentFromMs = Math.max(startMs, handlerFromMs - invocation.initUs / 1_000);
  const part = (name: string, fromMs: number, toMs: number): Span => ({
    traceId,
    spanId: newSpanId(),
    parentId,
    name,
    kind: SPAN_KIND.internal,
    startMs: fromMs,
    endMs: toMs,
    failed: false,
    attributes: {},
  });
  return [
    part('queue', startMs, environmentFromMs),
    ...(invocation.initUs > 0 ? [part('environment start', environmentFromMs, handlerFromMs)] : []),
    part('handler', handlerFromMs, endMs),
  ];
}

function newSpanId(): string {
  return randomBytes(8).toString('hex');
}
