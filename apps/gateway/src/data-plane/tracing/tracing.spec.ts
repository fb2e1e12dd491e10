import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { OUTCOME } from '@sluice/contracts';
import { startTestRedis, type TestRedis, waitFor } from '@sluice/testing';
import { answerEverything, startScriptedRunner, startTestGateway, type TestGateway } from '../../test-gateway.fixture';

interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
  readonly status?: { readonly code: number };
}

const THEIRS = '4bf92f3577b34da6a3ce929d0e0e4736';
const PARENT = '00f067aa0ba902b7';

let redis: TestRedis;
let runner: { stop(): Promise<void> };
let collector: Server;
let endpoint: string;
let refusing = false;
const posts: { path: string; key: string | undefined; spans: OtlpSpan[] }[] = [];

beforeAll(async () => {
  collector = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const { resourceSpans } = JSON.parse(body) as {
        resourceSpans: { scopeSpans: { spans: OtlpSpan[] }[] }[];
      };
      const spans = resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans));
      if (!refusing) posts.push({ path: request.url ?? '', key: request.headers['x-key'] as string, spans });
      response.writeHead(refusing ? 503 : 200).end('{}');
    });
  });
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  endpoint = `http://127.0.0.1:${(collector.address() as AddressInfo).port}/`;
  redis = await startTestRedis();
  runner = await startScriptedRunner(redis, (invocation) => {
    if (invocation.kind === 'probe') return answerEverything(invocation);
    const head = { durationUs: 2_000, initUs: 3_000 };
    if (invocation.event.includes('"/fail"')) return invocation.answer(OUTCOME.functionError, head, '{}');
    setTimeout(() => {
      const { headers } = JSON.parse(invocation.event) as { headers: object };
      invocation.answer(OUTCOME.ok, head, JSON.stringify({ statusCode: 200, body: JSON.stringify(headers) }));
    }, 10);
  });
});
afterAll(async () => {
  await runner.stop();
  await redis.stop();
  collector.close();
});

async function start(environment: Record<string, string>): Promise<TestGateway> {
  const gateway = await startTestGateway(redis, environment);
  await gateway.request('PUT', '/v1/functions/work', {
    body: 'export const handler = async () => ({})',
    headers: { 'content-type': 'application/typescript' },
  });
  const integration = { type: 'function', function: 'work' };
  const routes = ['GET /pets/{id}', 'GET /fail'].map((route) => ({ route, integration }));
  await gateway.request('PUT', '/v1/apis/shop', { json: { routes } });
  return gateway;
}

/** Calls, and answers the headers that the function saw. */
async function seen(gateway: TestGateway, headers: Record<string, string> = {}): Promise<Record<string, string>> {
  const response = await fetch(`${gateway.publicUrl}/shop/pets/7`, { headers });
  return (await response.json()) as Record<string, string>;
}

const spansOf = (traceId: string): OtlpSpan[] =>
  posts.flatMap(({ spans }) => spans).filter((span) => span.traceId === traceId);
const attribute = (span: OtlpSpan | undefined, key: string): unknown =>
  Object.values(span?.attributes.find((candidate) => candidate.key === key)?.value ?? {})[0];

describe('without a collector', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await start({});
  });
  afterAll(() => gateway.stop());

  test("a function sees the caller's trace with a span of the gateway, and the caller's state", async () => {
    const headers = await seen(gateway, { traceparent: `00-${THEIRS}-${PARENT}-01`, tracestate: 'vendor=1' });
    expect(headers['traceparent']).toMatch(new RegExp(`^00-${THEIRS}-(?!${PARENT})[0-9a-f]{16}-01$`));
    expect(headers['tracestate']).toBe('vendor=1');
  });

  test('a request without a trace begins one that nobody records', async () => {
    const { traceparent, tracestate } = await seen(gateway, { tracestate: 'orphan=1' });
    expect(traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
    expect(tracestate).toBeUndefined();
  });
});

describe('with a collector', () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_EXPORTER_OTLP_HEADERS: 'x-key=let%20me%20in' });
  });
  afterAll(() => gateway.stop());

  test('a request, its integration, the queue, the start of the environment and the handler are spans of one trace', async () => {
    const { traceparent = '' } = await seen(gateway, { traceparent: `00-${THEIRS}-${PARENT}-01` });
    const spans = await waitFor(
      () => {
        const found = spansOf(THEIRS);
        return found.length >= 5 && found;
      },
      { timeoutMs: 15_000 },
    );
    const [request, integration, ...parts] = spans;
    expect(request).toMatchObject({ name: 'GET /pets/{id}', parentSpanId: PARENT, spanId: traceparent.split('-')[2] });
    expect(attribute(request, 'http.response.status_code')).toBe('200');
    expect(attribute(request, 'url.path')).toBe('/shop/pets/7');
    expect(integration).toMatchObject({ name: 'invoke work', parentSpanId: request?.spanId });
    expect(parts.map(({ name }) => name)).toEqual(['queue', 'environment start', 'handler']);
    for (const part of parts) expect(part.parentSpanId).toBe(integration?.spanId);
    const times = spans.map((span) => [BigInt(span.startTimeUnixNano), BigInt(span.endTimeUnixNano)] as const);
    for (const [from, to] of times) {
      expect(from <= to).toBe(true);
      expect((times[0]?.[0] ?? 0n) <= from && to <= (times[0]?.[1] ?? 0n)).toBe(true);
    }
    expect(posts[0]).toMatchObject({ path: '/v1/traces', key: 'let me in' });
  }, 30_000);

  test('a trace that begins here is recorded, and its request id leads to it', async () => {
    const response = await fetch(`${gateway.publicUrl}/shop/fail`);
    const traceId = (response.headers.get('apigw-requestid') ?? '').replaceAll('-', '');
    const [request] = await waitFor(() => spansOf(traceId).length > 0 && spansOf(traceId), { timeoutMs: 15_000 });
    expect(request?.parentSpanId).toBeUndefined();
    expect(request?.status).toEqual({ code: 2 });
    expect(attribute(request, 'error.type')).toBe('FUNCTION_ERROR');
  }, 30_000);

  test('of a trace that its caller does not record nothing is recorded here, and what a collector refuses waits', async () => {
    const [unsampled, sampled] = ['a'.repeat(32), 'b'.repeat(32)];
    refusing = true;
    await seen(gateway, { traceparent: `00-${unsampled}-${PARENT}-00` });
    await seen(gateway, { traceparent: `00-${sampled}-${PARENT}-01` });
    await new Promise<void>((resolve) => collector.once('request', () => resolve()));
    refusing = false;
    await waitFor(() => spansOf(sampled).length >= 5, { timeoutMs: 15_000 });
    expect(spansOf(unsampled)).toEqual([]);
  }, 30_000);
});

test('spans that wait when a gateway stops are sent', async () => {
  const gateway = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
  const traceId = 'c'.repeat(32);
  await seen(gateway, { traceparent: `00-${traceId}-${PARENT}-01` });
  await gateway.stop();
  expect(spansOf(traceId)).toHaveLength(5);
});

test('a share of the traces that begin here is recorded, and every gateway picks the same ones', async () => {
  const gateway = await start({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_TRACES_SAMPLER_ARG: '0.5' });
  const parents = await Promise.all(Array.from({ length: 40 }, async () => (await seen(gateway))['traceparent'] ?? ''));
  await gateway.stop();
  for (const parent of parents) {
    const [, traceId = '', , flags] = parent.split('-');
    expect(spansOf(traceId).length > 0).toBe(flags === '01');
    expect(flags === '01').toBe(Number.parseInt(traceId.slice(-8), 16) < 2 ** 31);
  }
});
