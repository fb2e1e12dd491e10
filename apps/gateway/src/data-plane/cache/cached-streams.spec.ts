import { createServer, get, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { startTestRedis, waitFor, type TestRedis } from '@sluice/testing';
import { startTestGateway, type TestGateway } from '../../test-gateway.fixture';

let redis: TestRedis;
let gateway: TestGateway;
let upstream: Server;
/** Every response the upstream was asked for; the tests write them. */
let responses: ServerResponse[];
let url: string;

beforeAll(async () => {
  upstream = createServer((_request, response) => void responses.push(response));
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  const origin = `127.0.0.1:${(upstream.address() as AddressInfo).port}`;
  redis = await startTestRedis();
  gateway = await startTestGateway(redis, { SLUICE_EGRESS_ALLOW: origin });
  const integration = { type: 'http-proxy', url: `http://${origin}/{path}` };
  const routes = [{ route: 'GET /{path+}', integration }];
  expect((await gateway.request('PUT', '/v1/apis/streams', { json: { cache: {}, routes } })).status).toBe(201);
  url = `${gateway.publicUrl}/streams`;
});
beforeEach(() => {
  responses = [];
});
afterAll(async () => {
  upstream.close();
  upstream.closeAllConnections();
  await gateway.stop();
  await redis.stop();
});

const upstreamResponse = (number: number): Promise<ServerResponse> => waitFor(() => responses[number - 1]);
const cacheOf = ({ headers }: Response): string | null => headers.get('x-cache');

test('a stream is handed on as it comes, and given to the next ones when it has passed', async () => {
  const first = await Promise.all([
    fetch(`${url}/whole`),
    upstreamResponse(1).then((response) => response.write('one ')),
  ]);
  const reader = first[0].body?.getReader();
  expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe('one ');
  const waiting = fetch(`${url}/whole`);
  responses[0]?.end('two');
  while ((await reader?.read())?.done === false);
  expect(await (await waiting).text()).toBe('one two');
  const hit = await fetch(`${url}/whole`);
  expect([cacheOf(hit), await hit.text()]).toEqual(['HIT', 'one two']);
  expect(responses).toHaveLength(1);
});

test('a stream that breaks off is not kept, and who waited for it asks anew', async () => {
  const asked = fetch(`${url}/broken`);
  (await upstreamResponse(1)).write('half');
  const broken = await asked;
  const waiting = fetch(`${url}/broken`);
  responses[0]?.destroy();
  await expect(broken.text()).rejects.toThrow();
  (await upstreamResponse(2)).end('whole');
  expect(await (await waiting).text()).toBe('whole');
  expect(await (await fetch(`${url}/broken`)).text()).toBe('whole');
  expect(responses).toHaveLength(2);
});

test('a stream whose client leaves is fetched again for the next one', async () => {
  const leaving = get(`${url}/left`, (response) => response.once('data', () => response.destroy()));
  leaving.on('error', () => undefined);
  (await upstreamResponse(1)).write('half');
  await waitFor(() => leaving.destroyed);
  const next = fetch(`${url}/left`);
  (await upstreamResponse(2)).end('whole');
  expect(await (await next).text()).toBe('whole');
});

test('a client that does not read holds up nobody else', async () => {
  const slow = get(`${url}/slow`, (response) => response.pause());
  slow.on('error', () => undefined);
  (await upstreamResponse(1)).end(Buffer.alloc(30_000_000));
  const next = fetch(`${url}/slow`);
  (await upstreamResponse(2)).end('mine');
  expect(await (await next).text()).toBe('mine');
  expect(responses[0]?.writableFinished).toBe(false);
  slow.destroy();
});

test('a stream of more than a mebibyte, or of events, is for the one who asked', async () => {
  for (const [path, headers, chunk] of [
    ['/large', {}, Buffer.alloc(1_048_577)],
    ['/events', { 'content-type': 'text/event-stream' }, Buffer.from('data: 1\n\n')],
  ] as const) {
    responses = [];
    for (const number of [1, 2]) {
      const answer = fetch(url + path);
      (await upstreamResponse(number)).writeHead(200, headers).end(chunk);
      expect(cacheOf(await answer)).toBe('MISS');
      expect((await (await answer).arrayBuffer()).byteLength).toBe(chunk.length);
    }
  }
});
