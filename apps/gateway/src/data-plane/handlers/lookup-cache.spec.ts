import http from 'node:http';
import { OUTCOME } from '@sluice/contracts';
import { RedisKeys, RedisRoles } from '@sluice/redis';
import { startTestRedis, waitFor, type TestRedis } from '@sluice/testing';
import { type ReceivedInvocation } from '@sluice/invocation';
import { answerEverything, startScriptedRunner, startTestGateway, type TestGateway } from '../../test-gateway.fixture';

interface Event {
  readonly headers: Readonly<Record<string, string>>;
  readonly rawQueryString: string;
  readonly rawPath: string;
  readonly cookies?: readonly string[];
  readonly body?: string;
  readonly requestContext: { readonly http: { readonly method: string; readonly sourceIp: string } };
}
interface FunctionAnswer {
  readonly statusCode?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  readonly body?: string;
}
interface CallOptions {
  readonly method?: string;
  readonly headers?: http.OutgoingHttpHeaders | readonly string[];
  readonly body?: string;
}

let redis: TestRedis;
let gateway: TestGateway;
let runner: { stop(): Promise<void> };
/** Every event the function got in this test, and what it does with one. */
let events: Event[];
let respond: (event: Event, number: number) => FunctionAnswer | Promise<FunctionAnswer>;
let apiNumber = 0;

beforeAll(async () => {
  redis = await startTestRedis();
  gateway = await startTestGateway(redis);
  runner = await startScriptedRunner(redis, (invocation) => {
    if (invocation.kind !== 'probe' && invocation.functionName === 'gatekeeper') return letIn(invocation);
    // Probes, and what the gateway asks to see whether everything works.
    if (invocation.kind === 'probe' || invocation.functionName !== 'counted') return answerEverything(invocation);
    const event = JSON.parse(invocation.event) as Event;
    const number = events.push(event);
    const head = { durationUs: 1_000, initUs: 0 };
    void Promise.resolve()
      .then(() => respond(event, number))
      .then(
        (answer) => invocation.answer(OUTCOME.ok, head, JSON.stringify({ statusCode: 200, ...answer })),
        () => invocation.answer(OUTCOME.functionError, head, '{"errorType":"Error","errorMessage":"boom"}'),
      );
  });
  await upload();
  await upload('export const handler = async () => 3;', 'gatekeeper');
});
beforeEach(() => {
  events = [];
  respond = (_event, number) => ({ body: `answer ${number}` });
});
afterAll(async () => {
  await runner.stop();
  await gateway.stop();
  await redis.stop();
});

async function upload(source = 'export const handler = async () => 1;', name = 'counted'): Promise<void> {
  const answer = await gateway.request('PUT', `/v1/functions/${name}`, {
    body: source,
    headers: { 'content-type': 'text/plain' },
  });
  expect(answer.status).toBeLessThan(300);
}

/** An authorizer that lets everybody call, and who calls himself an operator invalidate the cache. */
function letIn(invocation: ReceivedInvocation): void {
  const { identitySource = [] } = JSON.parse(invocation.event) as { identitySource?: readonly string[] };
  const [principalId = ''] = identitySource;
  const Action = ['execute-api:Invoke', ...(principalId === 'operator' ? ['execute-api:InvalidateCache'] : [])];
  const policyDocument = { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action, Resource: '*' }] };
  invocation.answer(OUTCOME.ok, { durationUs: 1, initUs: 0 }, JSON.stringify({ principalId, policyDocument }));
}

/** An API whose every path leads to the function. @returns its address. */
async function cachedApi(
  cache: object | false = {},
  name = `api-${++apiNumber}`,
  settings: {
    readonly authorization?: object;
    readonly authorizers?: object;
    readonly minimumCompressionSizeBytes?: number;
  } = {},
): Promise<string> {
  const { authorization, ...api } = settings;
  const integration = { type: 'function', function: 'counted' };
  const routes = ['ANY /', 'ANY /{path+}'].map((route) => ({ route, integration, authorization }));
  const answer = await gateway.request('PUT', `/v1/apis/${name}`, { json: { ...api, cache, routes } });
  expect([answer.status, answer.text]).toEqual([expect.any(Number), expect.not.stringContaining('"code"')]);
  return `${gateway.publicUrl}/${name}`;
}

async function call(url: string, { method = 'GET', headers = {}, body }: CallOptions = {}) {
  const { hostname, port, pathname, search } = new URL(url);
  return new Promise<{ status: number; headers: http.IncomingHttpHeaders; text: string }>((resolve, reject) => {
    const request = http.request(
      { hostname, port, path: pathname + search, method, headers: headers as http.OutgoingHttpHeaders },
      (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }));
      },
    );
    request.on('error', reject);
    request.end(body);
  });
}

describe('a cached route', () => {
  test('asks the function once and answers the next requests itself, saying so', async () => {
    const url = await cachedApi();
    const first = await call(url);
    expect([first.text, first.headers['x-cache'], first.headers['age']]).toEqual(['answer 1', 'MISS', undefined]);
    expect(first.headers['cache-status']).toBe('sluice; fwd=uri-miss; stored');
    const second = await call(url);
    expect([second.text, second.headers['x-cache'], second.headers['age']]).toEqual(['answer 1', 'HIT', '0']);
    expect(second.headers['cache-status']).toMatch(/^sluice; hit; ttl=29\d$/);
    expect(second.headers['etag']).toBe(first.headers['etag']);
    expect(events).toHaveLength(1);
  });

  test('tells apart paths, all query parameters and hosts', async () => {
    const url = await cachedApi();
    const requests: [string, CallOptions?][] = [
      ['/a'],
      ['/a/'],
      ['/A'],
      ['/a;x=1'],
      ['/a?x=1'],
      ['/a?x=1&x=2'],
      ['/a?x=2&x=1'],
      ['/a', { headers: { host: 'other.example' } }],
    ];
    const texts = new Set<string>();
    for (const [path, options] of requests) texts.add((await call(url + path, options)).text);
    expect(texts.size).toBe(requests.length);
    expect((await call(`${url}/a?y=1&x=1`)).text).toBe((await call(`${url}/a?x=1&y=1`)).text);
  });

  test('keeps only what its key holds from reaching the function', async () => {
    const url = await cachedApi({ key: { query: ['q'], headers: ['X-Tenant'] }, forwardHeaders: ['x-trace'] });
    await call(`${url}/a?other=1&q=2`, {
      headers: {
        host: 'Shop.example:1234',
        cookie: 'session=1',
        'user-agent': 'evil',
        'x-forwarded-for': '6.6.6.6',
        'x-forwarded-host': 'evil.example',
        'x-original-url': '/admin',
        'x-http-method-override': 'DELETE',
        'x-api-key': 'secret',
        'x-tenant': 't1',
        'x-trace': 'forwarded',
        'x-unkeyed': '<script>',
        'x-amzn-trace-id': 'Root=evil',
        accept: 'text/evil',
      },
    });
    const [event] = events;
    expect(event?.rawQueryString).toBe('q=2');
    expect(event?.cookies).toBeUndefined();
    expect(event?.headers).toMatchObject({ host: 'shop.example', 'x-tenant': 't1', 'x-trace': 'forwarded' });
    expect(JSON.stringify(event)).not.toMatch(/evil|1234|6\.6\.6\.6|script|secret|session|admin|DELETE|127\.0\.0\.1/);
  });

  test('answers by a listed header, and the same for all that differ in others', async () => {
    const url = await cachedApi({ key: { headers: ['Accept-Language'] } });
    const texts: string[] = [];
    for (const language of ['de', 'en', 'de'])
      texts.push(
        (await call(url, { headers: { 'accept-language': language, 'x-random': language + texts.length } })).text,
      );
    expect(texts).toEqual(['answer 1', 'answer 2', 'answer 1']);
  });

  test('learns the headers that answers vary by, and then shows them to the function', async () => {
    respond = ({ headers }) => ({ headers: { vary: 'Origin' }, body: `for ${headers['origin']}` });
    const url = await cachedApi();
    const ask = (origin: string) => call(url, { headers: { origin } });
    expect((await ask('a')).headers['cache-status']).toContain('detail=vary');
    const texts: string[] = [];
    for (const origin of ['a', 'b', 'a', 'b']) texts.push((await ask(origin)).text);
    expect(texts).toEqual(['for a', 'for b', 'for a', 'for b']);
    expect(events).toHaveLength(3);
  });

  test('keeps answers to credentials apart by credential, and only with the consent of the answer', async () => {
    respond = ({ headers }, number) => ({
      headers: headers['authorization'] === 'private' ? {} : { 'cache-control': 'public' },
      body: `${headers['authorization']} ${number}`,
    });
    const url = await cachedApi();
    const ask = async (authorization: string) => (await call(url, { headers: { authorization } })).text;
    expect([await ask('a'), await ask('b'), await ask('a')]).toEqual(['a 1', 'b 2', 'a 1']);
    expect([await ask('private'), await ask('private')]).toEqual(['private 3', 'private 4']);
  });

  test.each<[string, FunctionAnswer]>([
    ['a cookie', { cookies: ['a=b'] }],
    ['private', { headers: { 'cache-control': 'private' } }],
    ['an error status', { statusCode: 500, headers: { 'cache-control': 'public, max-age=600' } }],
    ['more than a mebibyte', { body: 'x'.repeat(1_048_577) }],
  ])('does not keep an answer with %s', async (_what, answer) => {
    respond = () => answer;
    const url = await cachedApi();
    for (let round = 0; round < 2; round++) expect((await call(url)).headers['x-cache']).toBe('MISS');
    expect(events).toHaveLength(2);
  });

  test('never keeps a failure of the function', async () => {
    respond = (_event, number) => (number === 1 ? Promise.reject(new Error()) : { body: 'well again' });
    const url = await cachedApi();
    expect((await call(url)).status).toBe(500);
    expect((await call(url)).text).toBe('well again');
  });

  test('never shows the tags that the function gives an answer', async () => {
    respond = () => ({ headers: { 'Cache-Tag': 'news', 'cache-control': 'max-age=60' }, body: 'x' });
    const url = await cachedApi();
    for (const options of [{}, {}, { method: 'POST' }, { headers: { range: 'bytes=0-1' } }])
      expect((await call(url, options)).headers).not.toHaveProperty('cache-tag');
  });

  test('asks again when the time of an answer is up', async () => {
    respond = (_event, number) => ({ headers: { 'cache-control': 'max-age=1' }, body: `answer ${number}` });
    const url = await cachedApi();
    await call(url);
    await waitFor(async () => (await call(url)).text === 'answer 2');
    expect(events).toHaveLength(2);
  });

  test('tells a client that has the answer so, on the first request already', async () => {
    const url = await cachedApi();
    respond = () => ({ headers: { etag: '"own"', 'x-own': '1', 'last-modified': 'Thu, 01 Jan 2026 00:00:00 GMT' } });
    const conditions = [
      { 'if-none-match': 'W/"own"' },
      { 'if-none-match': '"other", "own"' },
      { 'if-modified-since': 'Thu, 01 Jan 2026 00:00:00 GMT' },
    ];
    for (const headers of conditions) {
      const answer = await call(url, { headers });
      expect([answer.status, answer.text, answer.headers['etag'], answer.headers['x-own']]).toEqual([
        304,
        '',
        '"own"',
        undefined,
      ]);
    }
    expect((await call(url, { headers: { 'if-none-match': '"other"' } })).status).toBe(200);
    expect(events).toHaveLength(1);
  });

  test('answers HEAD from what it keeps of the GET', async () => {
    const url = await cachedApi();
    await call(url);
    const head = await call(url, { method: 'HEAD' });
    expect([head.status, head.text, head.headers['x-cache'], head.headers['content-length']]).toEqual([
      200,
      '',
      'HIT',
      '8',
    ]);
  });

  test('answers in the coding that each client takes', async () => {
    const body = 'compressible '.repeat(100);
    respond = () => ({ headers: { 'content-type': 'text/plain' }, body });
    const url = await cachedApi({}, undefined, { minimumCompressionSizeBytes: 0 });
    const codings: unknown[] = [];
    for (const accepted of ['identity', 'gzip', 'identity', 'gzip']) {
      const { headers } = await call(url, { headers: { 'accept-encoding': accepted } });
      codings.push([headers['x-cache'], headers['content-encoding'] ?? null, headers['content-length'] === '1300']);
    }
    expect(codings).toEqual([
      ['MISS', null, true],
      ['HIT', 'gzip', false],
      ['HIT', null, true],
      ['HIT', 'gzip', false],
    ]);
    expect(events).toHaveLength(1);
  });

  test('passes a request for a part by, whole as it came', async () => {
    const url = await cachedApi();
    await call(url);
    const part = await call(url, { headers: { range: 'bytes=0-1', 'x-unkeyed': '1' } });
    expect([part.headers['x-cache'], part.text]).toEqual(['BYPASS', 'answer 2']);
    expect(events[1]?.headers).toMatchObject({ range: 'bytes=0-1', 'x-unkeyed': '1' });
  });

  test('has a body in the key where a method with one is cached', async () => {
    const url = await cachedApi({ methods: ['GET', 'POST'] });
    const ask = async (body: string, type: string) =>
      (await call(url, { method: 'POST', body, headers: { 'content-type': type } })).text;
    const texts = [await ask('a', 'x/y'), await ask('b', 'x/y'), await ask('a', 'x/z'), await ask('a', 'x/y')];
    expect(texts).toEqual(['answer 1', 'answer 2', 'answer 3', 'answer 1']);
    expect(events[0]).toMatchObject({ body: expect.any(String) as string, headers: { 'content-type': 'x/y' } });
    // A body on a GET is no way around the key either.
    expect((await call(url, { body: 'fat', headers: { 'content-length': '3' } })).text).toBe('answer 4');
    expect((await call(url)).text).toBe('answer 5');
  });
});

describe('many requests for one answer', () => {
  test('are one invocation', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    respond = () => gate.then(() => ({ body: 'shared' }));
    const url = await cachedApi();
    const calls = Array.from({ length: 50 }, () => call(url));
    await waitFor(() => events.length === 1);
    release();
    const texts = (await Promise.all(calls)).map(({ text }) => text);
    expect(new Set(texts)).toEqual(new Set(['shared']));
    expect(events).toHaveLength(1);
  });

  test('each get their own when it may not be shared', async () => {
    respond = (_event, number) => ({ cookies: [`session=${number}`], body: `private ${number}` });
    const url = await cachedApi();
    const answers = await Promise.all(Array.from({ length: 20 }, () => call(url)));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(20);
  });
});

describe('a request with Cache-Control', () => {
  const control = { headers: { 'cache-control': 'max-age=0' } };

  test.each(['max-age=0', 'no-cache'])('%s gets a new answer, and so does everybody after it', async (value) => {
    const url = await cachedApi();
    await call(url);
    const fresh = await call(url, { headers: { 'cache-control': value } });
    expect([fresh.text, fresh.headers['cache-status']]).toEqual(['answer 2', 'sluice; fwd=request; stored']);
    expect((await call(url)).text).toBe('answer 2');
  });

  test('no-store gets an answer that nobody else gets', async () => {
    const url = await cachedApi();
    await call(url);
    const own = await call(url, { headers: { 'cache-control': 'no-store' } });
    expect([own.text, own.headers['x-cache']]).toEqual(['answer 2', 'BYPASS']);
    expect((await call(url)).text).toBe('answer 1');
  });

  test('of a caller who may not invalidate is refused, or ignored with or without a warning', async () => {
    const modes = ['FAIL_WITH_403', 'SUCCEED_WITH_RESPONSE_HEADER', 'SUCCEED_WITHOUT_RESPONSE_HEADER'];
    const outcomes: unknown[] = [];
    for (const unauthorizedInvalidation of modes) {
      const url = await cachedApi({ requireAuthorizationForInvalidation: true, unauthorizedInvalidation });
      await call(url);
      const { status, headers } = await call(url, control);
      outcomes.push([status, headers['x-cache'] ?? null, headers['warning'] !== undefined]);
      expect((await call(url, { headers: { 'cache-control': 'no-store' } })).headers['x-cache']).not.toBe('BYPASS');
    }
    expect(outcomes).toEqual([
      [403, null, false],
      [200, 'HIT', true],
      [200, 'HIT', false],
    ]);
    expect(events).toHaveLength(3);
  });
});

describe('a route that asks who is there', () => {
  const authorizers = { gatekeeper: { type: 'function', function: 'gatekeeper' } };
  const authorization = { authorizer: 'gatekeeper' };
  const as = (caller: string, headers: http.OutgoingHttpHeaders = {}) => ({
    headers: { authorization: caller, ...headers },
  });

  test('keeps the answers to each caller apart, without the consent of the answer', async () => {
    respond = ({ headers }, number) => ({ body: `${headers['authorization']} ${number}` });
    const url = await cachedApi({}, undefined, { authorizers, authorization });
    const texts: string[] = [];
    for (const caller of ['alice', 'bob', 'alice', 'bob']) texts.push((await call(url, as(caller))).text);
    // What proves who is there is not handed on: the key says who, not how.
    expect(texts).toEqual(['undefined 1', 'undefined 2', 'undefined 1', 'undefined 2']);
    expect((await call(url)).status).toBe(401);
  });

  test('lets whom a policy allows execute-api:InvalidateCache get a new answer, and nobody else', async () => {
    const cache = { requireAuthorizationForInvalidation: true, unauthorizedInvalidation: 'FAIL_WITH_403' };
    const url = await cachedApi(cache, undefined, { authorizers, authorization });
    const control = { 'cache-control': 'max-age=0' };
    expect((await call(url, as('operator'))).text).toBe('answer 1');
    expect((await call(url, as('operator', control))).text).toBe('answer 2');
    expect((await call(url, as('visitor', control))).status).toBe(403);
    expect((await call(url, as('visitor'))).text).toBe('answer 3');
  });
});

describe('an answer in its stale time', () => {
  test('is given at once while one request in the background fetches the next', async () => {
    let release = (): void => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    respond = (_event, number) =>
      number === 1
        ? { headers: { 'cache-control': 'max-age=1' }, body: 'old' }
        : gate.then(() => ({ body: `new ${number}` }));
    const url = await cachedApi({ staleWhileRevalidateSeconds: 60 });
    await call(url);
    const stale = await waitFor(async () => {
      const answer = await call(url);
      return answer.headers['x-cache'] === 'STALE' ? answer : null;
    });
    expect([stale.text, stale.headers['cache-status']]).toEqual(['old', 'sluice; hit; ttl=-1']);
    const more = await Promise.all(Array.from({ length: 20 }, () => call(url)));
    expect(new Set(more.map(({ text }) => text))).toEqual(new Set(['old']));
    await waitFor(() => events.length === 2);
    release();
    await waitFor(async () => (await call(url)).text === 'new 2');
    expect(events).toHaveLength(2);
  });
});

test('a route that asks for it keeps nothing readable in Redis', async () => {
  respond = () => ({ body: 'a-readable-secret' });
  await call(await cachedApi({ encrypted: true }));
  await call(await cachedApi({ encrypted: false }));
  const roles = await RedisRoles.connect(
    { redisUrl: redis.url, redisVolatileUrl: redis.volatileUrl },
    { name: 'look' },
  );
  const keys = new RedisKeys();
  try {
    const entries = async () => {
      const parts = Array.from({ length: 16 }, (_, part) => roles.volatile.hvals(keys.cacheEntries(part)));
      return (await Promise.all(parts)).flat();
    };
    const readable = async () => (await entries()).filter((entry) => entry.includes('a-readable-secret')).length;
    await waitFor(async () => (await readable()) > 0);
    expect(await readable()).toBe(1);
  } finally {
    await roles.close();
  }
});

describe('a kept answer is not given any more', () => {
  test('after a new deployment of the API', async () => {
    const url = await cachedApi();
    await call(url);
    await cachedApi({}, new URL(url).pathname.slice(1));
    expect((await call(url)).text).toBe('answer 2');
  });

  test('after a new version of the function', async () => {
    const url = await cachedApi();
    await call(url);
    await upload('export const handler = async () => 2;');
    expect((await call(url)).text).toBe('answer 2');
  });

  test('by a canary, unless it shares the cache of its stage', async () => {
    const url = await cachedApi();
    const name = new URL(url).pathname.slice(1);
    await call(url);
    const stage = `/v1/apis/${name}/stages/$default`;
    const { deploymentId } = (await gateway.request('GET', stage)).body;
    const texts: string[] = [];
    for (const useStageCache of [false, true]) {
      const canary = { deploymentId, percentTraffic: 100, useStageCache };
      expect((await gateway.request('PUT', stage, { json: { canary } })).status).toBe(200);
      texts.push((await call(url)).text, (await call(url)).text);
    }
    expect(texts).toEqual(['answer 2', 'answer 2', 'answer 1', 'answer 1']);
  });

  test('after a change of the stage variables', async () => {
    const url = await cachedApi();
    await call(url);
    const stage = `/v1/apis/${new URL(url).pathname.slice(1)}/stages/$default`;
    await gateway.request('PUT', stage, { json: { variables: { greeting: 'hello' } } });
    expect((await call(url)).text).toBe('answer 2');
  });

  test('after an unsafe request that another route of the stage answers', async () => {
    const integration = { type: 'function', function: 'counted' };
    const routes = [
      { route: 'GET /items', integration, cache: {} },
      { route: 'POST /items', integration },
    ];
    await gateway.request('PUT', '/v1/apis/two-routes', { json: { routes } });
    const url = `${gateway.publicUrl}/two-routes/items`;
    await call(url);
    await call(url, { method: 'POST', body: '1' });
    expect((await call(url)).text).toBe('answer 3');
  });

  test('after an unsafe request to its path, or one whose answer names it', async () => {
    const url = await cachedApi();
    const [items, item] = [`${url}/items`, `${url}/items/1`];
    const cached = async () => [(await call(items)).headers['x-cache'], (await call(`${item}?v=1`)).headers['x-cache']];
    await cached();
    expect(await cached()).toEqual(['HIT', 'HIT']);
    respond = () => ({ statusCode: 201, headers: { location: new URL(item).pathname } });
    await call(items, { method: 'POST', body: '1' });
    respond = () => ({});
    expect(await cached()).toEqual(['MISS', 'MISS']);
    expect(await cached()).toEqual(['HIT', 'HIT']);
    respond = () => ({ statusCode: 500 });
    await call(items, { method: 'DELETE' });
    expect(await cached()).toEqual(['HIT', 'HIT']);
  });
});

test('a route without a cache says nothing about one and shows the function everything', async () => {
  const url = await cachedApi(false);
  const answer = await call(url, { headers: { 'x-any': '1' } });
  expect(answer.headers).not.toHaveProperty('x-cache');
  expect(events[0]?.headers['x-any']).toBe('1');
});

test('what was kept by other settings is not answered with', async () => {
  const url = await cachedApi({ ttlSeconds: 3_600 }, 'resettled');
  const stage = (cache: object) => gateway.request('PUT', '/v1/apis/resettled/stages/$default', { json: { cache } });
  expect([(await call(url)).text, (await call(url)).text]).toEqual(['answer 1', 'answer 1']);
  await stage({ ttlSeconds: 60 });
  expect([(await call(url)).text, (await call(url)).text]).toEqual(['answer 2', 'answer 2']);
  await stage({ ttlSeconds: 60, encrypted: true });
  expect((await call(url)).text).toBe('answer 3');
});
