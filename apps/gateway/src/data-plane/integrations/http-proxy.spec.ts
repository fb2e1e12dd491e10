import { once } from 'node:events';
import { connect } from 'node:net';
import { echo, ProxyRoute, seenBy } from './proxy-route.fixture';

let proxy: ProxyRoute;

beforeAll(async () => {
  proxy = await ProxyRoute.start();
});

beforeEach(() => {
  proxy.serve = echo;
});

afterAll(() => proxy.stop());

describe('an http-proxy route', () => {
  it('hands method, path, query and body on, and the answer back', async () => {
    await proxy.route({});
    const answer = await proxy.call('/a%20b/c%3Fd?x=1&x=2', {
      method: 'POST',
      body: 'hello',
      headers: { 'x-mine': 'yes' },
    });
    expect(answer.status).toBe(200);
    expect(seenBy(answer)).toMatchObject({
      method: 'POST',
      url: '/base/a%20b/c%3Fd?x=1&x=2',
      body: 'hello',
      headers: { 'x-mine': 'yes', 'content-length': '5', host: `127.0.0.1:${proxy.upstreamPort}` },
    });
  });

  it('says where a request came from, and lets nobody else say it', async () => {
    await proxy.route({});
    const { headers } = seenBy(
      await proxy.call('/x', {
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
    proxy.serve = (request, response) => {
      response.setHeader('connection', 'x-secret-hop, keep-alive');
      response.setHeader('x-secret-hop', '1');
      response.setHeader('proxy-authenticate', 'Basic');
      response.setHeader('keep-alive', 'timeout=77');
      response.end(JSON.stringify({ headers: request.headers }));
    };
    await proxy.route({});
    const answer = await proxy.call('/x', {
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
    await proxy.route({ url: `http://127.0.0.1:${proxy.upstreamPort}/fixed?key=a` });
    expect(seenBy(await proxy.call('/x?b=1')).url).toBe('/fixed?key=a&b=1');
    expect(seenBy(await proxy.call('/x')).url).toBe('/fixed?key=a');
  });

  it('answers 500 with API_CONFIGURATION_ERROR when the stage does not set a variable of the url', async () => {
    await proxy.route({ url: 'http://${stageVariables.host}/x' });
    expect(await proxy.call('/x')).toMatchObject({
      status: 500,
      headers: { 'x-sluice-error': 'API_CONFIGURATION_ERROR' },
    });
  });

  it('reuses connections', async () => {
    await proxy.route({});
    await proxy.call('/warm');
    const before = proxy.connections;
    for (let at = 0; at < 10; at++) await proxy.call('/x');
    expect(proxy.connections).toBe(before);
  });

  it('gives everybody the answer to their own request, however many ask at once', async () => {
    proxy.serve = (request, response) => {
      const part = `${request.url} `;
      response.write(part);
      setImmediate(() => response.end(part.repeat(Number(request.headers['x-times']))));
    };
    await proxy.route({});
    const ask = async (id: number): Promise<void> => {
      const times = id % 50;
      const { text } = await proxy.call(`/${id}`, { headers: { 'x-times': String(times) } });
      expect(text).toBe(`/base/${id} `.repeat(times + 1));
    };
    for (let round = 0; round < 10; round++)
      await Promise.all(Array.from({ length: 50 }, (_, index) => ask(round * 50 + index)));
  });

  it('hands redirects of the upstream to the client', async () => {
    proxy.serve = (_request, response) => {
      response.writeHead(302, { location: 'http://169.254.169.254/' }).end();
    };
    await proxy.route({});
    expect(await proxy.call('/x')).toMatchObject({ status: 302, headers: { location: 'http://169.254.169.254/' } });
  });

  it('answers HEAD with the length of what GET would get', async () => {
    proxy.serve = (_request, response) => void response.writeHead(200, { 'content-length': '1234' }).end();
    await proxy.route({});
    const answer = await proxy.call('/x', { method: 'HEAD' });
    expect(answer).toMatchObject({ status: 200, text: '', headers: { 'content-length': '1234' } });
    proxy.serve = (_request, response) => void response.writeHead(200, { 'transfer-encoding': 'chunked' }).end();
    const unknown = await proxy.call('/x', { method: 'HEAD' });
    expect(unknown.status).toBe(200);
    expect(unknown.headers).not.toHaveProperty('content-length');
  });

  it('keeps the Host of the client when it is told to', async () => {
    await proxy.route({ preserveHost: true });
    expect(seenBy(await proxy.call('/x', { headers: { host: 'shop.example' } })).headers['host']).toBe('shop.example');
  });
});

it('one answer per request, whatever the upstream puts into a body', async () => {
  proxy.serve = (_request, response) => {
    response.writeHead(200, { 'content-length': '0' });
    response.end();
  };
  await proxy.route({});
  const { hostname, port } = new URL(proxy.url);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  socket.write('GET /up/x HTTP/1.1\r\nhost: a\r\n\r\nGET /up/x HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
  await once(socket, 'end');
  expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
});
