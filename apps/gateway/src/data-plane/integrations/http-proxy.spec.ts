import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import { connect, createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { startTestRedis, waitFor, type TestRedis } from '@sluice/testing';
import { startTestGateway, type TestGateway } from '../../test-gateway.fixture';

type Serve = (request: IncomingMessage, response: ServerResponse) => void;

/** What an upstream saw of a request. */
interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

let redis: TestRedis;
let gateway: TestGateway;
let upstream: http.Server;
let serve: Serve;
let connections = 0;

const portOf = (server: Server | http.Server): number => (server.address() as AddressInfo).port;

/** Answers with what it saw, as JSON. */
const echo: Serve = (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { method = '', url = '', headers } = request;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString('utf8') }));
  });
};

async function route(settings: object, over: { readonly api?: object; readonly route?: object } = {}): Promise<void> {
  const integration = { type: 'http-proxy', url: `http://127.0.0.1:${portOf(upstream)}/base/{proxy}`, ...settings };
  const { status, text } = await gateway.request('PUT', '/v1/apis/up', {
    json: { routes: [{ route: 'ANY /{proxy+}', integration, ...over.route }], ...over.api },
  });
  if (status !== 200 && status !== 201) throw new Error(text);
}

function call(path: string, options: http.RequestOptions & { body?: string } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const { body, ...rest } = options;
    const request = http.request(`${gateway.publicUrl}/up${path}`, { agent: false, ...rest }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    request.on('error', reject);
    request.end(body);
  });
}

const seenBy = ({ text }: Answer): Seen => JSON.parse(text) as Seen;

beforeAll(async () => {
  redis = await startTestRedis();
  gateway = await startTestGateway(redis, { SLUICE_EGRESS_ALLOW: '127.0.0.1:*' });
  upstream = http.createServer((request, response) => serve(request, response));
  upstream.on('connection', () => connections++);
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
});

beforeEach(() => {
  serve = echo;
});

afterAll(async () => {
  await gateway.stop();
  upstream.closeAllConnections();
  upstream.close();
  await redis.stop();
});

describe('an http-proxy route', () => {
  it('hands method, path, query and body on, and the answer back', async () => {
    await route({});
    const answer = await call('/a%20b/c%3Fd?x=1&x=2', { method: 'POST', body: 'hello', headers: { 'x-mine': 'yes' } });
    expect(answer.status).toBe(200);
    expect(seenBy(answer)).toMatchObject({
      method: 'POST',
      url: '/base/a%20b/c%3Fd?x=1&x=2',
      body: 'hello',
      headers: { 'x-mine': 'yes', 'content-length': '5', host: `127.0.0.1:${portOf(upstream)}` },
    });
  });

  it('says where a request came from, and lets nobody else say it', async () => {
    await route({});
    const { headers } = seenBy(
      await call('/x', {
        headers: {
          host: 'shop.example',
          'x-forwarded-host': 'evil.example',
          'x-forwarded-prefix': '/admin',
          'x-forwarded-for': '203.0.113.9',
          forwarded: 'for=evil',
          via: '1.0 front',
        },
      }),
    );
    expect(headers).toMatchObject({
      'x-forwarded-host': 'shop.example',
      'x-forwarded-prefix': '/up',
      'x-forwarded-proto': 'http',
      'x-forwarded-for': '203.0.113.9, 127.0.0.1',
      forwarded: 'for=127.0.0.1;host=shop.example;proto=http',
      via: '1.0 front, 1.1 sluice',
    });
  });

  it('keeps headers of one connection on that connection', async () => {
    serve = (request, response) => {
      response.setHeader('connection', 'x-secret-hop, keep-alive');
      response.setHeader('x-secret-hop', '1');
      response.setHeader('proxy-authenticate', 'Basic');
      response.setHeader('keep-alive', 'timeout=77');
      response.end(JSON.stringify({ headers: request.headers }));
    };
    await route({});
    const answer = await call('/x', {
      headers: {
        connection: 'x-client-hop, keep-alive',
        'x-client-hop': '1',
        te: 'trailers',
        'proxy-authorization': 'x',
      },
    });
    expect(Object.keys(seenBy(answer).headers)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/^(x-client-hop|te|proxy-authorization)$/)]),
    );
    expect(answer.headers).not.toHaveProperty('x-secret-hop');
    expect(answer.headers).not.toHaveProperty('proxy-authenticate');
    expect(answer.headers['keep-alive']).not.toBe('timeout=77');
  });

  it('fills stage variables and path variables into its url, and adds its query in front of the client’s', async () => {
    await route({ url: `http://127.0.0.1:${portOf(upstream)}/fixed?key=a` });
    expect(seenBy(await call('/x?b=1')).url).toBe('/fixed?key=a&b=1');
    expect(seenBy(await call('/x')).url).toBe('/fixed?key=a');
  });

  it('answers 500 with API_CONFIGURATION_ERROR when the stage does not set a variable of the url', async () => {
    await route({ url: 'http://${stageVariables.host}/x' });
    expect(await call('/x')).toMatchObject({ status: 500, headers: { 'x-sluice-error': 'API_CONFIGURATION_ERROR' } });
  });

  it('reuses connections', async () => {
    await route({});
    await call('/warm');
    const before = connections;
    for (let at = 0; at < 10; at++) await call('/x');
    expect(connections).toBe(before);
  });

  it('gives everybody the answer to their own request, however many ask at once', async () => {
    serve = (request, response) => {
      const part = `${request.url} `;
      response.write(part);
      setImmediate(() => response.end(part.repeat(Number(request.headers['x-times']))));
    };
    await route({});
    const ask = async (id: number): Promise<void> => {
      const times = id % 50;
      const { text } = await call(`/${id}`, { headers: { 'x-times': String(times) } });
      expect(text).toBe(`/base/${id} `.repeat(times + 1));
    };
    for (let round = 0; round < 10; round++)
      await Promise.all(Array.from({ length: 50 }, (_, index) => ask(round * 50 + index)));
  });

  it('hands redirects of the upstream to the client', async () => {
    serve = (_request, response) => {
      response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
    };
    await route({});
    expect(await call('/x')).toMatchObject({ status: 302, headers: { location: 'http://169.254.169.254/' } });
  });

  it('answers HEAD with the length of what GET would get', async () => {
    serve = (_request, response) => void response.writeHead(200, { 'content-length': '1234' }).end();
    await route({});
    const answer = await call('/x', { method: 'HEAD' });
    expect(answer).toMatchObject({ status: 200, text: '', headers: { 'content-length': '1234' } });
  });

  it('keeps the Host of the client when it is told to', async () => {
    await route({ preserveHost: true });
    expect(seenBy(await call('/x', { headers: { host: 'shop.example' } })).headers['host']).toBe('shop.example');
  });
});

describe('streams', () => {
  it('go through as they come: the upstream has the first part before the client has sent the second, and the other way round', async () => {
    const parts: string[] = [];
    let write: (text: string) => void = () => undefined;
    serve = (request, response) => {
      write = (text) => void response.write(text);
      request.on('data', (chunk: Buffer) => parts.push(chunk.toString()));
      request.on('end', () => response.end());
      response.writeHead(200).flushHeaders();
    };
    await route({});
    const request = http.request(`${gateway.publicUrl}/up/x`, { method: 'POST', agent: false });
    const answered = once(request, 'response') as Promise<[IncomingMessage]>;
    request.write('one');
    await waitFor(() => parts.length === 1);
    const [response] = await answered;
    const received: string[] = [];
    response.on('data', (chunk: Buffer) => received.push(chunk.toString()));
    write('first');
    await waitFor(() => received.length === 1);
    request.write('two');
    await waitFor(() => parts.length === 2);
    write('second');
    await waitFor(() => received.length === 2);
    request.end();
    await once(response, 'end');
    expect({ parts, received }).toEqual({ parts: ['one', 'two'], received: ['first', 'second'] });
  });

  it('a client that leaves in the middle of an answer ends it at the upstream', async () => {
    let closed = false;
    serve = (_request, response) => {
      response.on('close', () => (closed = true));
      response.writeHead(200).write('x');
    };
    await route({});
    const request = http.get(`${gateway.publicUrl}/up/x`, { agent: false });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    await once(response, 'data');
    expect(closed).toBe(false);
    request.destroy();
    await waitFor(() => closed);
  });

  it('a client that reads slowly slows the upstream down instead of filling the gateway', async () => {
    const chunk = Buffer.alloc(64 * 1024);
    let sent = 0;
    let finished = false;
    serve = (_request, response) => {
      const push = (): void => {
        while (sent < 1_600) {
          sent++;
          if (!response.write(chunk)) return void response.once('drain', push);
        }
        finished = true;
        response.end();
      };
      response.writeHead(200);
      push();
    };
    await route({});
    const request = http.get(`${gateway.publicUrl}/up/x`, { agent: false });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.pause();
    let before = -1;
    await waitFor(() => {
      const still = sent === before;
      before = sent;
      return still;
    });
    expect(finished).toBe(false);
    let bytes = 0;
    response.on('data', (part: Buffer) => (bytes += part.length));
    response.resume();
    await once(response, 'end');
    expect(bytes).toBe(1_600 * chunk.length);
  });

  it('an upstream that breaks off breaks the answer off: it does not look whole', async () => {
    serve = (_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    };
    await route({});
    await expect(call('/x')).rejects.toThrow(/aborted|hang up|ECONNRESET/);
  });

  it('an upstream that answers before it has read the body is heard', async () => {
    serve = (_request, response) => void response.writeHead(403, { connection: 'close' }).end('no');
    await route({});
    const request = http.request(`${gateway.publicUrl}/up/x`, { method: 'POST', agent: false });
    request.on('error', () => undefined);
    request.write('a'.repeat(100_000));
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(403);
    request.destroy();
  });

  it('a body over the limit of the route is refused, whether it says its length or not', async () => {
    await route({}, { route: { bodyBytesMax: 10 } });
    expect(await call('/x', { method: 'POST', body: '12345678901' })).toMatchObject({ status: 413 });
    const chunked = call('/x', { method: 'POST', headers: { 'transfer-encoding': 'chunked' }, body: '12345678901' });
    expect(await chunked).toMatchObject({ status: 413, headers: { 'x-sluice-error': 'PAYLOAD_TOO_LARGE' } });
    expect(await call('/x', { method: 'POST', body: '1234567890' })).toMatchObject({ status: 200 });
  });
});

describe('an upstream that fails', () => {
  it.each([
    ['http', { status: 504, text: '{"message":"Network error communicating with endpoint"}' }],
    ['rest', { status: 504, text: '{"message":"Network error communicating with endpoint"}' }],
  ])('and cannot be reached is an INTEGRATION_FAILURE on %s APIs', async (apiStyle, expected) => {
    await route({ url: 'http://127.0.0.1:1/' }, { api: { apiStyle } });
    const answer = await call('/x');
    expect(answer).toMatchObject({ ...expected, headers: { 'x-sluice-error': 'INTEGRATION_FAILURE' } });
    expect(answer.headers['x-sluice-reason']).not.toContain('127.0.0.1');
  });

  it.each([
    ['http', { status: 503, text: '{"message":"Service Unavailable"}' }],
    ['rest', { status: 504, text: '{"message":"Endpoint request timed out"}' }],
  ])('by saying nothing is an INTEGRATION_TIMEOUT on %s APIs', async (apiStyle, expected) => {
    serve = () => undefined;
    await route({}, { api: { apiStyle }, route: { timeoutMs: 100 } });
    expect(await call('/x')).toMatchObject({ ...expected, headers: { 'x-sluice-error': 'INTEGRATION_TIMEOUT' } });
  });

  it('is asked again when the request is idempotent, and only then', async () => {
    let asked = 0;
    serve = (request) => {
      asked++;
      request.socket.destroy();
    };
    await route({ retries: 2 });
    expect(await call('/x')).toMatchObject({ status: 504 });
    expect(asked).toBe(3);
    asked = 0;
    expect(await call('/x', { method: 'POST', body: 'once' })).toMatchObject({ status: 504 });
    expect(asked).toBe(1);
  });

  it('is left alone once its circuit is open, and tried again by one request after a while', async () => {
    let asked = 0;
    serve = (_request, response) => {
      asked++;
      response.writeHead(503).end();
    };
    await route({ circuitBreaker: { failures: 3, windowSeconds: 60, openSeconds: 1 } });
    for (let at = 0; at < 3; at++) expect(await call('/x')).toMatchObject({ status: 503 });
    const refused = await call('/x');
    expect(refused).toMatchObject({
      status: 503,
      text: '{"message":"Service Unavailable"}',
      headers: { 'x-sluice-error': 'INTEGRATION_CIRCUIT_OPEN', 'retry-after': '1' },
    });
    expect(asked).toBe(3);
    serve = echo;
    await waitFor(async () => (await call('/x')).status === 200);
    expect(await call('/x')).toMatchObject({ status: 200 });
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
    await route({ url: `http://127.0.0.1:${portOf(raw)}/`, retries: 0 });
    const answer = await call('/x');
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
      await route({ url: `http://${host}:${portOf(forbidden)}/` });
      expect(await call('/x')).toMatchObject({
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

describe('mapped parameters', () => {
  it('change headers, query and path of the request', async () => {
    await route({
      requestParameters: {
        'append:header.x-id': '$request.path.proxy',
        'overwrite:header.x-agent': 'via ${context.stage} of ${context.apiId}',
        'remove:header.x-secret': '',
        'append:querystring.added': '$request.header.x-q',
        'overwrite:querystring.page': '1',
        'remove:querystring.debug': '',
        'overwrite:path': '/v2${request.path}',
        'append:header.x-none': '$request.header.not-there',
      },
    });
    const seen = seenBy(
      await call('/it/em?page=7&debug=1&keep=%20', { headers: { 'x-secret': 's', 'x-agent': 'mine', 'x-q': 'a&b' } }),
    );
    expect(seen.url).toBe('/v2/it/em?keep=%20&added=a%26b&page=1');
    expect(seen.headers).toMatchObject({ 'x-id': 'it/em', 'x-agent': 'via $default of up' });
    expect(seen.headers).not.toHaveProperty('x-secret');
    expect(seen.headers).not.toHaveProperty('x-none');
  });

  it('take values out of the body, and a template makes a new one', async () => {
    await route({
      requestParameters: { 'overwrite:header.x-user': '$request.body.user.id' },
      requestBody: {
        id: '$request.body.user.id',
        tags: ['$request.body.tags[1]', 'v-${request.querystring.v}'],
        none: '$request.body.nothing',
        fixed: 1,
      },
    });
    const seen = seenBy(await call('/x?v=3', { method: 'POST', body: '{"user":{"id":7},"tags":["a",{"b":1}]}' }));
    expect(seen.headers['x-user']).toBe('7');
    expect(JSON.parse(seen.body)).toEqual({ id: 7, tags: [{ b: 1 }, 'v-3'], none: null, fixed: 1 });
    expect(seen.headers['content-type']).toBe('application/json');
  });

  it('cannot smuggle a header, a query or a way up into the request', async () => {
    await route({
      requestParameters: { 'overwrite:header.x-user': '$request.body.u', 'overwrite:path': '/users/${request.body.p}' },
    });
    const post = (body: object): Promise<Answer> => call('/x', { method: 'POST', body: JSON.stringify(body) });
    expect(await post({ u: 'a\r\nx-admin: 1', p: 'a' })).toMatchObject({ status: 400 });
    expect(await post({ u: 'ä€', p: 'a' })).toMatchObject({ status: 400 });
    expect(await post({ u: 'a', p: '../admin' })).toMatchObject({ status: 400 });
    expect(seenBy(await post({ u: 'a', p: 'b?admin=1#x' })).url).toBe('/users/b%3Fadmin=1%23x');
  });

  it('change status, headers and body of the answer', async () => {
    serve = (_request, response) => {
      response.writeHead(201, { 'content-type': 'application/json', 'x-up': 'u', 'x-drop': '1' });
      response.end('{"a":{"b":[1,2]},"code":299}');
    };
    await route({
      responseParameters: {
        '2xx': {
          'overwrite:statuscode': '$response.body.code',
          'append:header.x-from': '$response.header.x-up',
          'remove:header.x-drop': '',
        },
      },
      responseBody: { second: '$response.body.a.b[1]', id: '$context.requestId' },
    });
    const answer = await call('/x', { headers: { 'accept-encoding': 'gzip' } });
    expect(answer).toMatchObject({ status: 299, headers: { 'x-from': 'u', 'x-up': 'u' } });
    expect(answer.headers).not.toHaveProperty('x-drop');
    expect(JSON.parse(answer.text)).toEqual({ second: 2, id: answer.headers['apigw-requestid'] });
  });
});

it('one answer per request, whatever the upstream puts into a body', async () => {
  serve = (_request, response) => {
    response.writeHead(200, { 'content-length': '0' });
    response.end();
  };
  await route({});
  const { hostname, port } = new URL(gateway.publicUrl);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  socket.write('GET /up/x HTTP/1.1\r\nhost: a\r\n\r\nGET /up/x HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
  await once(socket, 'end');
  expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
});
