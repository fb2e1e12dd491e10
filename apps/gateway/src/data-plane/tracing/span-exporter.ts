/** One piece of work of a trace, over when it is recorded. */
export interface Span {
  readonly traceId: string;
  readonly spanId: string;
  /** '' = the trace begins with it. */
  readonly parentId: string;
  readonly name: string;
  readonly kind: SpanKind;
  /** Epoch milliseconds, with fractions. */
  readonly startMs: number;
  readonly endMs: number;
  readonly failed: boolean;
  /** Names of OpenTelemetry's semantic conventions where there are such. */
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
}

/** Numbers of the OTLP enumeration `Span.SpanKind`. */
export const SPAN_KIND = { internal: 1, server: 2, client: 3 } as const;
export type SpanKind = (typeof SPAN_KIND)[keyof typeof SPAN_KIND];

export interface SpanExporterOptions {
  /** Base URL of a collector; spans go to `/v1/traces` below it. */
  readonly endpoint: string;
  /** Sent along: a key of the receiver. */
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName: string;
  /** Names this process among those of the service. */
  readonly instanceId: string;
  readonly onError: (message: string, error: unknown) => void;
  readonly flushMs?: number;
}

const FLUSH_MS = 5_000;
const BATCH_MAX = 512;
const WAITING_MAX = 8_192;
const TIMEOUT_MS = 5_000;
const STATUS_ERROR = 2;

/**
 * Sends spans to a collector: OTLP/HTTP in JSON (https://opentelemetry.io/docs/specs/otlp/#otlphttp), in batches. What a collector does
 * not take waits within a bound; beyond it spans are dropped and counted. The endpoint is the operator's, so it is not checked by the guard.
 */
export class SpanExporter {
  private waiting: Span[] = [];
  private droppedSpans = 0;
  private timer: NodeJS.Timeout | null = null;
  private sending: Promise<void> | null = null;
  private failing = false;

  constructor(private readonly options: SpanExporterOptions) {}

  get dropped(): number {
    return this.droppedSpans;
  }

  /** Never throws, never waits. */
  add(span: Span): void {
    if (this.waiting.length >= WAITING_MAX) this.droppedSpans++;
    else this.waiting.push(span);
    if (this.waiting.length >= BATCH_MAX && !this.failing) void this.flush();
    else this.timer ??= setTimeout(() => void this.flush(), this.options.flushMs ?? FLUSH_MS).unref();
  }

  /** Sends what waits; resolves when it is sent or refused. */
  async flush(): Promise<void> {
    this.sending ??= this.sendAll().finally(() => (this.sending = null));
    await this.sending;
  }

  /** Sends what waits once more; what is not taken then is lost. */
  async stop(): Promise<void> {
    await this.flush();
    if (this.timer !== null) clearTimeout(this.timer);
    this.droppedSpans += this.waiting.length;
    this.waiting = [];
  }

  private async sendAll(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    try {
      while (this.waiting.length > 0) {
        const batch = this.waiting.slice(0, BATCH_MAX);
        if (!(await this.post(batch))) this.droppedSpans += batch.length;
        this.waiting.splice(0, batch.length);
      }
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.options.onError('spans cannot be sent to the collector; they wait', error);
      this.failing = true;
      this.timer ??= setTimeout(() => void this.flush(), this.options.flushMs ?? FLUSH_MS).unref();
    }
  }

  /** False = it will never be taken. Rejects when it is worth another attempt: the statuses the specification names, or no answer. */
  private async post(spans: readonly Span[]): Promise<boolean> {
    const { endpoint, headers, onError } = this.options;
    const response = await fetch(`${endpoint.replace(/\/$/, '')}/v1/traces`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify(this.requestOf(spans)),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    await response.arrayBuffer();
    if (response.ok) return true;
    const error = new Error(`the collector answered ${response.status}`);
    if ([429, 502, 503, 504].includes(response.status)) throw error;
    onError('spans were refused by the collector', error);
    return false;
  }

  private requestOf(spans: readonly Span[]): object {
    const { serviceName, instanceId } = this.options;
    const resource = { attributes: attributesOf({ 'service.name': serviceName, 'service.instance.id': instanceId }) };
    return { resourceSpans: [{ resource, scopeSpans: [{ scope: { name: 'sluice' }, spans: spans.map(otlpSpan) }] }] };
  }
}

function otlpSpan({ traceId, spanId, parentId, name, kind, startMs, endMs, failed, attributes }: Span): object {
  return {
    traceId,
    spanId,
    ...(parentId === '' ? {} : { parentSpanId: parentId }),
    name,
    kind,
    startTimeUnixNano: nanoseconds(startMs),
    endTimeUnixNano: nanoseconds(endMs),
    attributes: attributesOf(attributes),
    ...(failed ? { status: { code: STATUS_ERROR } } : {}),
  };
}

function attributesOf(attributes: Span['attributes']): object[] {
  return Object.entries(attributes).map(([key, value]) => ({ key, value: valueOf(value) }));
}

/** The protocol's JSON has 64-bit integers as text. */
function valueOf(value: string | number | boolean): object {
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

/** Microseconds are as fine as we measure, and fit into a number. */
function nanoseconds(epochMs: number): string {
  return `${Math.round(epochMs * 1_000)}000`;
}
