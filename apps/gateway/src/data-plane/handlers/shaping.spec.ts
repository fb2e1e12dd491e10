import { once } from 'node:events';
import http, { type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { type AddressInfo } from 'node:net';
import { brotliDecompressSync, gunzipSync, gzipSync, inflateSync } from 'node:zlib';
import { OUTCOME } from '@sluice/contracts';
import { startTestRedis, type TestRedis } from '@sluice/testing';
import { startScriptedRunner, startTestGateway, type TestGateway } from '../../test-gateway.fixture';

interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
}

let redis: TestRedis;
let gateway: TestGateway;
let runner: { stop(): Promise<void> };
let upstream: http.Server;
let serve: RequestListener;
/** What the function answers; the event where it is null. */
let functionResult: object | null = null;

beforeAll(async () => {
  redis = await startTestRedis();
  gateway = await startTestGateway(redis, { SLUICE_EGRESS_ALLOW: '127.0.0.1:*' });
  runner = await startScriptedRunner(redis, (invocation) => {
    const probe = { ok: true, handlerKind: 'lambda', initMs: 1 };
    const result =
      invocation.kind === 'probe' ? probe : (functionResult ?? { statusCode: 200, body: invocation.event });
    invocation.answer(OUTCOME.ok, { durationUs: 1_000, initUs: 0 }, JSON.stringify(result));
  });
  upstream = http.createServer((request, response) => serve(request, response));
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  const uploaded = await gateway.request('PUT', '/v1/functions/f', {
    body: 'export const handler = () => 1;',
    headers: { 'content-type': 'application/typescript' },
  });
  if (uploaded.status !== 201) throw new Error(uploaded.text);
});

afterAll(async () => {
  await gateway.stop();
  await runner.stop();
  upstream.closeAllConnections();
  upstream.close();
  await redis.stop();
});

async function put(integration: object, api: object = {}, route: object = {}): Promise<void> {
  const routes = [{ route: 'ANY /{proxy+}', integration, ...route }];
  const { status, text } = await gateway.request('PUT', '/v1/apis/shape', { json: { routes, ...api } });
  if (status >= 300) throw new Error(text);
}

function call(
  path: string,
  options: { method?: string; headers?: http.OutgoingHttpHeaders; body?: string | Buffer } = {},
): Promise<Reply> {
  const { body, ...rest } = options;
  return new Promise((resolve, reject) => {
    const request = http.request(`${gateway.publicUrl}/shape${path}`, { agent: false, ...rest }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const bytes = Buffer.concat(chunks);
        resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes, text: bytes.toString() });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

const mock = { type: 'mock', body: 'x'.repeat(2_000) };
const proxy = (): object => ({
  type: 'http-proxy',
  url: `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/{proxy}`,
});

describe('a mock', () => {
  it('answers with status, headers and body as declared', async () => {
    await put({
      type: 'mock',
      statusCode: 418,
      headers: { 'x-tea': 'yes', 'content-type': 'text/tea' },
      body: 'short',
    });
    expect(await call('/a')).toMatchObject({
      status: 418,
      text: 'short',
      headers: { 'x-tea': 'yes', 'content-type': 'text/tea' },
    });
  });

  it('fills expressions in', async () => {
    await put({
      type: 'mock',
      headers: { 'x-path': '$request.path.proxy', 'x-none': '$request.header.none' },
      body: {
        id: '$request.path.proxy',
        q: '$request.querystring.q',
        from: 'ip ${context.identity.sourceIp}',
        sent: '$request.body.a',
      },
    });
    const answer = await call('/7?q=a%20b', { method: 'POST', body: '{"a":[1]}' });
    expect(answer.headers).toMatchObject({ 'x-path': '7', 'content-type': 'application/json' });
    expect(answer.headers).not.toHaveProperty('x-none');
    expect(JSON.parse(answer.text)).toEqual({ id: '7', q: 'a b', from: 'ip 127.0.0.1', sent: [1] });
  });

  it('puts nothing into a header that would end it', async () => {
    await put({ type: 'mock', headers: { 'x-q': '$request.querystring.q' } });
    expect(await call('/a?q=b%0d%0ax-admin:%201')).toMatchObject({ status: 400, text: '{"message":"Bad Request"}' });
  });
});

describe('a redirect', () => {
  it.each([
    ['/new/{proxy}', '/a/b', '/new/a/b'],
    ['/{proxy}', '//evil.example', '/evil.example'],
    ['https://host.example/{proxy}?from=shape', '/a', 'https://host.example/a?from=shape'],
    ['/find?q={proxy}', '/a%26b=c', '/find?q=a%26b%3Dc'],
    ['/new/{proxy}', '/%0d%0aset-cookie:x', '/new/%0D%0Aset-cookie:x'],
    ['/new/{proxy}', '/%3Fx=1', '/new/%3Fx=1'],
  ])('to %s sends %s to %s', async (location, path, expected) => {
    await put({ type: 'redirect', location });
    expect(await call(path)).toMatchObject({ status: 302, text: '', headers: { location: expected } });
  });

  it('hands the query on when it is told to, and answers the status it is told', async () => {
    await put({ type: 'redirect', location: '/new?a=1', statusCode: 308, keepQuery: true });
    expect(await call('/x?b=2')).toMatchObject({ status: 308, headers: { location: '/new?a=1&b=2' } });
  });
});

describe('compression', () => {
  const api = { minimumCompressionSizeBytes: 1_000 };
  const accept = (encoding: string): { headers: http.OutgoingHttpHeaders } => ({
    headers: { 'accept-encoding': encoding },
  });

  it.each([
    ['gzip', gunzipSync],
    ['deflate', inflateSync],
    ['br', brotliDecompressSync],
  ])('sends %s to who takes it, and says what the answer varies by', async (coding, decompress) => {
    await put(mock, api);
    const answer = await call('/a', accept(coding));
    expect(answer.headers).toMatchObject({ 'content-encoding': coding, vary: 'accept-encoding' });
    expect(Number(answer.headers['content-length'])).toBe(answer.bytes.length);
    expect(decompress(answer.bytes).toString()).toBe(mock.body);
  });

  it('leaves alone who does not take it, what is small, and APIs without the setting', async () => {
    await put(mock, api);
    const plain = await call('/a');
    expect(plain.text).toBe(mock.body);
    expect(plain.headers).toMatchObject({ vary: 'accept-encoding' });
    await put({ type: 'mock', body: 'x'.repeat(999) }, api);
    expect((await call('/a', accept('gzip'))).headers).not.toHaveProperty('content-encoding');
    await put(mock);
    expect((await call('/a', accept('gzip'))).headers).not.toHaveProperty('vary');
  });

  it('compresses a stream as it comes, makes its tag weak and drops what was about its bytes', async () => {
    serve = (_request, response) => {
      response.writeHead(200, {
        etag: '"abc"',
        'content-type': 'text/plain',
        'content-md5': 'x',
        'accept-ranges': 'bytes',
      });
      for (let at = 0; at < 100; at++) response.write('line\n'.repeat(1_000));
      response.end();
    };
    await put(proxy(), api);
    const answer = await call('/a', accept('gzip'));
    expect(answer.headers).toMatchObject({ 'content-encoding': 'gzip', etag: 'W/"abc"' });
    for (const name of ['content-md5', 'accept-ranges', 'content-length'])
      expect(answer.headers).not.toHaveProperty(name);
    expect(gunzipSync(answer.bytes).toString()).toBe('line\n'.repeat(100_000));
  });

  it('says of an answer the client has what was said when it got it', async () => {
    serve = ({ headers }, response) =>
      void (headers['if-none-match'] === undefined
        ? response.writeHead(200, { etag: '"abc"', 'content-length': '2000' }).end('x'.repeat(2_000))
        : response.writeHead(304, { etag: '"abc"' }).end());
    await put(proxy(), api);
    const first = await call('/a', accept('gzip'));
    const { etag = '', vary } = first.headers;
    const again = await call('/a', { headers: { 'accept-encoding': 'gzip', 'if-none-match': etag } });
    expect([again.status, again.headers.etag, again.headers.vary]).toEqual([304, 'W/"abc"', vary]);
  });

  it.each([
    ['encoded already', { 'content-encoding': 'gzip' }],
    ['of a type that would not get smaller', { 'content-type': 'image/png' }],
    ['that forbids it', { 'cache-control': 'public, no-transform' }],
    ['a stream of events', { 'content-type': 'text/event-stream' }],
  ])('leaves an answer alone that is %s', async (_what, headers) => {
    serve = (_request, response) =>
      void response.writeHead(200, { ...headers, 'content-length': '2000' }).end('x'.repeat(2_000));
    await put(proxy(), api);
    const answer = await call('/a', accept('br, gzip'));
    expect(answer.bytes.toString()).toBe('x'.repeat(2_000));
    expect(answer.headers['content-encoding']).toBe((headers as IncomingHttpHeaders)['content-encoding']);
  });
});

describe('a compressed request', () => {
  const post = (body: Buffer, coding: string): Promise<Reply> =>
    call('/a', { method: 'POST', body, headers: { 'content-encoding': coding, 'content-type': 'text/plain' } });

  beforeEach(async () => {
    functionResult = null;
    await put({ type: 'function', function: 'f' }, { minimumCompressionSizeBytes: 0 }, { bodyBytesMax: 100_000 });
  });

  it('reaches the function as it was before', async () => {
    const answer = await post(gzipSync('grüß'), 'gzip');
    const event = JSON.parse(answer.text) as { body: string; headers: Record<string, string> };
    expect(event.body).toBe('grüß');
    expect(event.headers).not.toHaveProperty('content-encoding');
  });

  it('may not become larger than the route takes, however small it came', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    expect(bomb.length).toBeLessThan(100_000);
    expect(await post(bomb, 'gzip')).toMatchObject({ status: 413, headers: { 'x-sluice-error': 'PAYLOAD_TOO_LARGE' } });
  });

  it('in a coding nobody knows is answered 415, broken bytes 400', async () => {
    expect(await post(Buffer.from('x'), 'zstd')).toMatchObject({ status: 415 });
    expect(await post(Buffer.from('x'), 'gzip')).toMatchObject({ status: 400 });
  });
});

describe('CORS', () => {
  const cors = {
    allowOrigins: ['https://app.example'],
    allowMethods: ['GET'],
    allowHeaders: ['x-mine'],
    maxAgeSeconds: 60,
  };
  const fromApp = { origin: 'https://app.example' };
  const preflight = { method: 'OPTIONS', headers: { ...fromApp, 'access-control-request-method': 'GET' } };

  it('answers a preflight by itself: on a route, where there is none, and before anybody has to sign in', async () => {
    const routes = [{ route: 'GET /only', integration: mock, authorization: 'IAM' }];
    await gateway.request('PUT', '/v1/apis/shape', { json: { routes, cors } });
    for (const path of ['/only', '/nothing/here']) {
      expect(await call(path, preflight)).toMatchObject({
        status: 204,
        headers: {
          'access-control-allow-origin': 'https://app.example',
          'access-control-allow-methods': 'GET',
          'access-control-allow-headers': 'x-mine',
          'access-control-max-age': '60',
        },
      });
    }
  });

  it.each(['rest', 'http'])(
    'is on every error the gateway makes, so that a browser can read it (%s)',
    async (apiStyle) => {
      const routes = [
        { route: 'GET /signed', integration: mock, authorization: 'IAM' },
        { route: 'GET /down', integration: { type: 'http-proxy', url: 'http://127.0.0.1:1/' } },
        { route: 'POST /small', integration: { type: 'function', function: 'f' }, bodyBytesMax: 1 },
      ];
      await gateway.request('PUT', '/v1/apis/shape', { json: { apiStyle, routes, cors } });
      const answers = [
        await call('/signed', { headers: fromApp }),
        await call('/down', { headers: fromApp }),
        await call('/small', { method: 'POST', body: 'long', headers: fromApp }),
        await call('/nothing', { headers: fromApp }),
      ];
      expect(answers.map(({ status }) => status)).toEqual([403, 504, 413, apiStyle === 'rest' ? 403 : 404]);
      for (const { headers } of answers)
        expect(headers).toMatchObject({ 'access-control-allow-origin': 'https://app.example', vary: 'origin' });
    },
  );

  it('of the integration is ignored once it is configured', async () => {
    functionResult = { statusCode: 200, headers: { 'access-control-allow-origin': '*', 'x-mine': '1' }, body: '' };
    await put({ type: 'function', function: 'f' }, { cors });
    const foreign = await call('/a', { headers: { origin: 'https://evil.example' } });
    expect(foreign.headers).not.toHaveProperty('access-control-allow-origin');
    expect(foreign.headers).toMatchObject({ 'x-mine': '1', vary: 'origin' });
    await put({ type: 'function', function: 'f' });
    expect((await call('/a')).headers).toMatchObject({ 'access-control-allow-origin': '*' });
  });

  it('leaves an OPTIONS request that is no preflight to its route', async () => {
    await put({ type: 'mock', statusCode: 200, body: 'mine' }, { cors });
    expect(await call('/a', { method: 'OPTIONS', headers: fromApp })).toMatchObject({ status: 200, text: 'mine' });
  });
});

describe('binary bodies of rest APIs', () => {
  const png = Buffer.from([137, 80, 78, 71]);

  it('go out as bytes when the first type of Accept is a binary one, else as the base64 text', async () => {
    functionResult = { statusCode: 200, body: png.toString('base64'), isBase64Encoded: true };
    await put({ type: 'function', function: 'f' }, { apiStyle: 'rest', binaryMediaTypes: ['image/*'] });
    expect((await call('/a', { headers: { accept: 'image/png, text/html' } })).bytes).toEqual(png);
    expect((await call('/a', { headers: { accept: 'text/html, image/png' } })).text).toBe(png.toString('base64'));
    expect((await call('/a')).text).toBe(png.toString('base64'));
    await put({ type: 'function', function: 'f' }, { apiStyle: 'rest', binaryMediaTypes: ['*/*'] });
    expect((await call('/a')).bytes).toEqual(png);
  });

  it('come in as base64 when their type is a binary one, text included', async () => {
    functionResult = null;
    await put({ type: 'function', function: 'f' }, { apiStyle: 'rest', binaryMediaTypes: ['text/csv'] });
    const seen = async (type: string): Promise<object> => {
      const { text } = await call('/a', { method: 'POST', body: 'a,b', headers: { 'content-type': type } });
      return JSON.parse(text) as object;
    };
    expect(await seen('text/csv; charset=utf-8')).toMatchObject({ body: 'YSxi', isBase64Encoded: true });
    expect(await seen('text/plain')).toMatchObject({ body: 'a,b', isBase64Encoded: false });
  });
});

it('headers of a function’s answer can be mapped, and its 2xx bodies made anew', async () => {
  functionResult = { statusCode: 201, headers: { 'x-id': '7', etag: '"a"' }, body: '{"a":{"b":1}}' };
  await put({
    type: 'function',
    function: 'f',
    responseParameters: {
      '201': { 'overwrite:header.location': '/items/${response.header.x-id}', 'remove:header.x-id': '' },
    },
    responseBody: { only: '$response.body.a.b' },
  });
  const answer = await call('/a');
  expect(answer).toMatchObject({
    status: 201,
    text: '{"only":1}',
    headers: { location: '/items/7', 'content-type': 'application/json' },
  });
  for (const name of ['x-id', 'etag']) expect(answer.headers).not.toHaveProperty(name);
});
