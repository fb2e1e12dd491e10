import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { waitFor } from '@sluice/testing';
import { E2ePlatform } from './index';

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
}

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SOURCE = `export const handler = async (event: any) => {
  await new Promise((resolve) => setTimeout(resolve, 30));
  return { statusCode: 200, body: event.headers.traceparent };
};`;

describe('a traced request', () => {
  let collector: Server;
  let platform: E2ePlatform;
  const spans: Span[] = [];
  beforeAll(async () => {
    collector = createServer((request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        const { resourceSpans } = JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: Span[] }[] }[] };
        spans.push(...resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)));
        response.end('{}');
      });
    });
    await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
    const { port } = collector.address() as AddressInfo;
    platform = await E2ePlatform.start({ env: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` } });
  }, 60_000);
  afterAll(async () => {
    await platform.stop();
    collector.close();
  });

  test('shows where its time went: queue, start of the environment, handler', async () => {
    const path = await platform.expose('traced', SOURCE);
    const { text } = await platform.call(`${path}/`, {
      headers: { traceparent: `00-${TRACE}-00f067aa0ba902b7-01` },
    });
    const found = await waitFor(
      () => {
        const ofTrace = spans.filter(({ traceId }) => traceId === TRACE);
        return ofTrace.length >= 5 && ofTrace;
      },
      { timeoutMs: 20_000, what: 'five spans' },
    );
    expect(found.map(({ name }) => name)).toEqual(['GET /', 'invoke traced', 'queue', 'environment start', 'handler']);
    expect(text).toBe(`00-${TRACE}-${found[0]?.spanId}-01`);
    const handler = found.at(-1) as Span;
    const handlerMs = Number(BigInt(handler.endTimeUnixNano) - BigInt(handler.startTimeUnixNano)) / 1e6;
    expect(handlerMs).toBeGreaterThanOrEqual(29);
  }, 40_000);
});
