import { once } from 'node:events';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { waitFor } from '@sluice/testing';
import { echo, ProxyRoute } from './proxy-route.fixture';

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

let proxy: ProxyRoute;

beforeAll(async () => {
  proxy = await ProxyRoute.start();
});

beforeEach(() => {
  proxy.serve = echo;
});

afterAll(() => proxy.stop());

describe('an upstream that fails', () => {
  it.each([
    ['http', { status: 504, text: '{"message":"Network error communicating with endpoint"}' }],
    ['rest', { status: 504, text: '{"message":"Network error communicating with endpoint"}' }],
  ])('and cannot be reached is an INTEGRATION_FAILURE on %s APIs', async (apiStyle, expected) => {
    await proxy.route({ url: 'http://127.0.0.1:1/' }, { api: { apiStyle } });
    const answer = await proxy.call('/x');
    expect(answer).toMatchObject({ ...expected, headers: { 'x-sluice-error': 'INTEGRATION_FAILURE' } });
    expect(answer.headers['x-sluice-reason']).not.toContain('127.0.0.1');
  });

  it.each([
    ['http', { status: 503, text: '{"message":"Service Unavailable"}' }],
    ['rest', { status: 504, text: '{"message":"Endpoint request timed out"}' }],
  ])('by saying nothing is an INTEGRATION_TIMEOUT on %s APIs', async (apiStyle, expected) => {
    proxy.serve = () => undefined;
    await proxy.route({}, { api: { apiStyle }, route: { timeoutMs: 100 } });
    expect(await proxy.call('/x')).toMatchObject({ ...expected, headers: { 'x-sluice-error': 'INTEGRATION_TIMEOUT' } });
  });

  it('is asked again when the request is idempotent, and only then', async () => {
    let asked = 0;
    proxy.serve = (request) => {
      asked++;
      request.socket.destroy();
    };
    await proxy.route({ retries: 2 });
    expect(await proxy.call('/x')).toMatchObject({ status: 504 });
    expect(asked).toBe(3);
    asked = 0;
    expect(await proxy.call('/x', { method: 'POST', body: 'once' })).toMatchObject({ status: 504 });
    expect(asked).toBe(1);
  });

  it('is left alone once its circuit is open, and tried again by one request after a while', async () => {
    let asked = 0;
    proxy.serve = (_request, response) => {
      asked++;
      response.writeHead(503).end();
    };
    await proxy.route({ circuitBreaker: { failures: 3, windowSeconds: 60, openSeconds: 1 } });
    for (let at = 0; at < 3; at++) expect(await proxy.call('/x')).toMatchObject({ status: 503 });
    const refused = await proxy.call('/x');
    expect(refused).toMatchObject({
      status: 503,
      text: '{"message":"Service Unavailable"}',
      headers: { 'x-sluice-error': 'INTEGRATION_CIRCUIT_OPEN', 'retry-after': '1' },
    });
    expect(asked).toBe(3);
    proxy.serve = echo;
    await waitFor(async () => (await proxy.call('/x')).status === 200);
    expect(await proxy.call('/x')).toMatchObject({ status: 200 });
  });

  it.each([
    ['a header with a line break', 'HTTP/1.1 200 OK\r\nx-a: b\n\rc: d\r\ncontent-length: 0\r\n\r\n'],
    ['both framings', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello'],
    ['a status out of range', 'HTTP/1.1 099 No\r\ncontent-length: 0\r\n\r\n'],
    ['a head over 16 KiB', `HTTP/1.1 200 OK\r\nx-long: ${'a'.repeat(20_000)}\r\ncontent-length: 0\r\n\r\n`],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
  ])('by answering %s gets its bytes never through to the client', async (_what, bytes) => {
    const raw = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end(bytes, 'latin1'));
    });
    raw.listen(0, '127.0.0.1');
    await once(raw, 'listening');
    await proxy.route({ url: `http://127.0.0.1:${portOf(raw)}/`, retries: 0 });
    const answer = await proxy.call('/x');
    expect([500, 504]).toContain(answer.status);
    expect(answer.headers['x-sluice-error']).toMatch(/^(RESPONSE_MALFORMED|INTEGRATION_FAILURE)$/);
    raw.close();
  });

  it('because the operator does not let the gateway there says so, and nothing is connected to', async () => {
    let reached = 0;
    const forbidden = createTcpServer(() => reached++);
    forbidden.listen(0, '127.0.0.2');
    await once(forbidden, 'listening');
    for (const host of ['127.0.0.2', '[::ffff:127.0.0.2]', '2130706434', '0x7f000002']) {
      await proxy.route({ url: `http://${host}:${portOf(forbidden)}/` });
      expect(await proxy.call('/x')).toMatchObject({
        status: 500,
        headers: {
          'x-sluice-error': 'API_CONFIGURATION_ERROR',
          'x-sluice-reason': expect.stringContaining('SLUICE_EGRESS_ALLOW') as string,
        },
      });
    }
    expect(reached).toBe(0);
    forbidden.close();
  });
});
