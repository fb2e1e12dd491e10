import { once } from 'node:events';
import http from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { startTestRedis, type TestRedis } from '@sluice/testing';
import { startTestGateway, type TestGateway } from '../../test-gateway.fixture';

/** What the upstream understood, one entry per request. */
let seen: { readonly url: string; readonly body: string }[] = [];
let redis: TestRedis;
let gateway: TestGateway;
let upstream: http.Server;

beforeAll(async () => {
  redis = await startTestRedis();
  gateway = await startTestGateway(redis, { SLUICE_EGRESS_ALLOW: '127.0.0.1:*' });
  upstream = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    if (request.url === '/early') return void response.write('begun');
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      seen.push({ url: request.url ?? '', body: Buffer.concat(chunks).toString('latin1') });
      response.end('ok');
    });
  });
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/{proxy}`;
  const routes = [
    { route: 'ANY /{proxy+}', integration: { type: 'http-proxy', url } },
    { route: 'GET /mock', integration: { type: 'mock', body: 'mock' } },
  ];
  await gateway.request('PUT', '/v1/apis/up', { json: { routes } });
});

beforeEach(() => {
  seen = [];
});

afterAll(async () => {
  await gateway.stop();
  upstream.closeAllConnections();
  upstream.close();
  await redis.stop();
});

/** Sends bytes on one connection and returns the statuses that came back until the gateway closed it. */
async function statuses(bytes: string): Promise<number[]> {
  const { hostname, port } = new URL(gateway.publicUrl);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  const closed = once(socket, 'close');
  socket.write(Buffer.from(bytes, 'latin1'));
  await closed;
  return [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map((match) => Number(match[1]));
}

const head = (headers: string): string => `POST /up/outer HTTP/1.1\r\nHost: a\r\n${headers}\r\n`;
const first = 'GET /up/first HTTP/1.1\r\nHost: a\r\n\r\n';
const hidden = 'GET /up/hidden HTTP/1.1\r\nHost: a\r\n\r\n';

describe('a request that two readers could understand differently', () => {
  it.each([
    ['both framings', `${head('Content-Length: 6\r\nTransfer-Encoding: chunked\r\n')}0\r\n\r\nG${hidden}`],
    [
      'both framings, the other order',
      `${head('Transfer-Encoding: chunked\r\nContent-Length: 4\r\n')}0\r\n\r\n${hidden}`,
    ],
    ['two lengths', `${head('Content-Length: 0\r\nContent-Length: 44\r\n')}${hidden}`],
    ['two lengths in one header', `${head('Content-Length: 0, 44\r\n')}${hidden}`],
    ['a length with a sign', `${head('Content-Length: +0\r\n')}${hidden}`],
    ['a hexadecimal length', `${head('Content-Length: 0x0\r\n')}${hidden}`],
    ['a coding that is nearly chunked', `${head('Transfer-Encoding: xchunked\r\n')}0\r\n\r\n${hidden}`],
    ['chunked not last', `${head('Transfer-Encoding: chunked, identity\r\n')}0\r\n\r\n${hidden}`],
    ['chunked behind a tab', `${head('Transfer-Encoding:\tchunked, cow\r\n')}0\r\n\r\n${hidden}`],
    ['a space before the colon', `${head('Transfer-Encoding : chunked\r\n')}0\r\n\r\n${hidden}`],
    ['a folded header', `${head('X-A: b\r\n Transfer-Encoding: chunked\r\n')}0\r\n\r\n${hidden}`],
    ['bare line feeds', `POST /up/outer HTTP/1.1\nHost: a\nContent-Length: 0\n\n${hidden}`],
    ['a chunk size with garbage', `${head('Transfer-Encoding: chunked\r\n')}0x5\r\nabcde\r\n0\r\n\r\n${hidden}`],
    ['a chunk longer than it says', `${head('Transfer-Encoding: chunked\r\n')}1\r\nabcdefgh\r\n0\r\n\r\n${hidden}`],
    ['two hosts', `GET /up/outer HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n${hidden}`],
    ['an absolute target', `GET http://b/up/outer HTTP/1.1\r\nHost: a\r\n\r\n${hidden}`],
    ['a NUL in a header', `GET /up/outer HTTP/1.1\r\nHost: a\r\nX-A: b\0c\r\n\r\n${hidden}`],
    ['a line break in the target', `GET /up/outer%0d%0a\r HTTP/1.1\r\nHost: a\r\n\r\n${hidden}`],
  ])('by %s is refused, and nothing behind it is served', async (_what, bytes) => {
    const answered = await statuses(bytes);
    expect(answered).toEqual([400]);
    expect(seen.map(({ url }) => url)).not.toContain('/hidden');
  });

  it.each([
    ['two hosts', 'GET /up/outer HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n'],
    ['an absolute target', 'GET http://b/up/outer HTTP/1.1\r\nHost: a\r\n\r\n'],
  ])(
    'by %s is refused behind one that is still being answered, and nothing behind it is served',
    async (_what, bytes) => {
      expect(await statuses(`${first}${bytes}${hidden}`)).toEqual([200, 400]);
      expect(seen.map(({ url }) => url)).toEqual(['/first']);
    },
  );

  it.each([
    ['an answer that is written', 'GET /up/mock HTTP/1.1\r\nHost: a\r\n\r\n', 1],
    ['several that are asked for', first.repeat(3), 3],
  ])('that is no HTTP ends its connection behind %s', async (_what, before, answers) => {
    expect(await statuses(`${before}NOT HTTP\r\n\r\n${hidden}`)).toEqual(new Array(answers).fill(200));
    expect(seen.map(({ url }) => url)).not.toContain('/hidden');
  });

  it('whose body turns out to be none puts nothing into the answer that has begun', async () => {
    const { hostname, port } = new URL(gateway.publicUrl);
    const socket = connect(Number(port), hostname);
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      if (text.includes('begun')) socket.write('no chunk\r\n');
    });
    socket.on('error', () => undefined);
    const closed = once(socket, 'close');
    socket.write('POST /up/early HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n');
    await closed;
    expect([text.match(/HTTP\/1\.1/g), text.includes('Bad Request')]).toEqual([['HTTP/1.1'], false]);
  });

  it('that is answered before its body has come is answered all the same, and its connection ends behind the body', async () => {
    const { hostname, port } = new URL(gateway.publicUrl);
    const socket = connect(Number(port), hostname);
    const errors: unknown[] = [];
    let text = '';
    socket.on('error', (error) => errors.push(error));
    const answered = new Promise<void>((resolve) => {
      socket.on('data', (chunk: Buffer) => {
        text += chunk.toString('latin1');
        if (text.includes('\r\n\r\n{')) resolve();
      });
    });
    const closed = once(socket, 'close');
    socket.write('POST /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n');
    await answered;
    for (let part = 0; part < 10; part++) await new Promise((resolve) => socket.write('x'.repeat(100_000), resolve));
    await closed;
    expect([text.slice(0, 12), /^connection: close\r$/im.test(text), errors]).toEqual(['HTTP/1.1 404', true, []]);
  });

  it('that is no HTTP ends its connection behind one that is still being answered: no answer is taken for that one', async () => {
    const bytes = head('Content-Length: 0\r\nContent-Length: 44\r\n');
    expect(await statuses(`${first}${bytes}${hidden}`)).toEqual([200]);
    expect(seen.map(({ url }) => url)).toEqual(['/first']);
  });

  it.each([
    ['a body on GET', `GET /up/outer HTTP/1.1\r\nHost: a\r\nContent-Length: ${hidden.length}\r\n\r\n${hidden}`],
    ['chunks', `${head('Transfer-Encoding: chunked\r\n')}${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`],
    [
      'chunk extensions and trailers',
      `${head('Transfer-Encoding: chunked\r\n')}${hidden.length.toString(16)};a=b\r\n${hidden}\r\n0\r\nX-Trailer: 1\r\n\r\n`,
    ],
    [
      'Transfer-Encoding in capitals',
      `${head('TRANSFER-ENCODING: CHUNKED\r\n')}${hidden.length.toString(16)}\r\n${hidden}\r\n0\r\n\r\n`,
    ],
    [
      'hop-by-hop names for what frames',
      `${head(`Connection: Content-Length, Host\r\nContent-Length: ${hidden.length}\r\n`)}${hidden}`,
    ],
  ])('but %s are one request here and one at the upstream', async (_what, bytes) => {
    expect(await statuses(`${bytes}GET /up/next HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)).toEqual([200, 200]);
    // Requests on one connection may reach the upstream on two.
    expect(seen.toSorted((a, b) => b.url.localeCompare(a.url))).toEqual([
      { url: '/outer', body: hidden },
      { url: '/next', body: '' },
    ]);
  });
});
