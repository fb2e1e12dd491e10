import { closedLoad, E2ePlatform, type Answer } from './index';

const REQUESTS = 10_000;
const CONNECTIONS = 32;

/** Answers with everything it is shown, and says that anybody may have it. */
const REFLECTING = `export default async (event: any) => ({
  statusCode: 200,
  headers: { 'cache-control': 'public, max-age=60', 'x-reflected': String(event.headers['x-forwarded-host'] ?? 'nothing').slice(0, 50) },
  body: JSON.stringify(event),
});`;

/** Signs the caller in and greets him, and says that anybody may have it. */
const GREETING = `export default async (event: any) => {
  const who = event.headers.authorization ?? event.headers['x-user'] ?? event.cookies?.join() ?? 'nobody';
  return {
    statusCode: 200,
    headers: { 'cache-control': 'public, max-age=600', vary: event.queryStringParameters?.vary ?? 'accept' },
    cookies: event.rawPath.endsWith('/cookie') ? ['sid=' + who] : [],
    body: 'hello ' + who,
  };
};`;

/** Breaks when it is told to, and says that anybody may have what is left of it. */
const BREAKABLE = `let calls = 0;
export default async (event: any) => {
  calls++;
  if (event.headers['x-poison']) throw new Error('boom');
  if (event.rawPath.endsWith('/flaky') && calls % 2 === 1) throw new Error('every other call');
  const status = Number(event.headers['x-status'] ?? event.queryStringParameters?.status ?? 200);
  return { statusCode: status, headers: { 'cache-control': 'public, max-age=600' }, body: status < 400 ? 'good' : 'bad' };
};`;

let platform: E2ePlatform;
beforeAll(async () => {
  platform = await E2ePlatform.start();
}, 60_000);
afterAll(() => platform.stop());

async function exposeCached(name: string, source: string, cache: object = {}): Promise<void> {
  await platform.deploy(name, source);
  const integration = { type: 'function', function: name };
  const put = await platform.controlPlane.json('PUT', `/v1/apis/${name}`, {
    cache,
    routes: [{ route: 'ANY /{path+}', integration }],
  });
  expect([put.status, put.text]).toEqual([201, expect.any(String)]);
}

/** What of an answer a caller could read: every byte but those that the gateway makes for this request. */
function readable(answer: Answer): string {
  return answer.text + answer.rawHeaders.join('\n');
}

test('nothing that one caller sends is in what another one gets, in 10,000 requests to a function that shows all it sees', async () => {
  await exposeCached('reflecting', REFLECTING);
  const paths = ['/a', '/a/', '/A', '//a', '/a;x=1', '/a?x=1', '/a?x=1&x=2', '/a?x=2&x=1', '/b?y=1&x=1', '/b?x=1&y=1'];
  const strays: string[] = [];
  const statuses = { HIT: 0, MISS: 0 };
  let number = 0;
  const load = await closedLoad(CONNECTIONS, REQUESTS, async () => {
    const caller = `caller-${number++}-`;
    const path = paths[number % paths.length] ?? '/';
    const answer = await platform.call(`/reflecting${path}`, {
      headers: {
        cookie: `session=${caller}`,
        'user-agent': caller,
        'x-forwarded-for': caller,
        'x-forwarded-host': `${caller}.example`,
        'x-forwarded-proto': caller,
        'x-forwarded-prefix': `/${caller}`,
        'x-original-url': `/${caller}`,
        'x-rewrite-url': `/${caller}`,
        'x-http-method-override': caller,
        'x-amzn-trace-id': `Root=${caller}`,
        traceparent: `00-${String(number).padStart(32, '7')}-${String(number).padStart(16, '7')}-01`,
        'x-api-key': caller,
        'accept-language': caller,
        origin: `https://${caller}.example`,
        referer: `https://${caller}.example`,
      },
    });
    if (answer.status === 200) statuses[answer.headers['x-cache'] === 'HIT' ? 'HIT' : 'MISS']++;
    if (/caller-|127\.0\.0\.1:\d|7{12}/.test(readable(answer))) strays.push(readable(answer));
    return answer;
  });
  expect(strays.slice(0, 1)).toEqual([]);
  expect(load.outcomes).toEqual({ 200: REQUESTS });
  expect(statuses.HIT).toBeGreaterThan(REQUESTS - 500);
}, 120_000);

test('no caller gets the name, the cookie or the session of another one, in 10,000 requests', async () => {
  await exposeCached('greeting', GREETING);
  const strays: string[] = [];
  let number = 0;
  const load = await closedLoad(CONNECTIONS, REQUESTS, async () => {
    const kind = number % 5;
    const caller = `caller-${number++ % 50}-of-50`;
    const headers =
      kind < 2
        ? { authorization: caller }
        : kind === 2
          ? { 'x-user': caller }
          : kind === 3
            ? { cookie: `sid=${caller}` }
            : { 'x-api-key': caller };
    const path = number % 2 === 0 ? '/cookie' : number % 3 === 0 ? '/page?vary=authorization' : '/page';
    const answer = await platform.call(`/greeting${path}`, { headers });
    const names = readable(answer).match(/caller-\d+-of-50/g) ?? [];
    if (names.some((name) => name !== caller)) strays.push(`${caller} got ${names.join()}`);
    if (kind < 2 && !answer.text.includes(caller)) strays.push(`${caller} got ${answer.text}`);
    return answer;
  });
  expect(strays.slice(0, 3)).toEqual([]);
  expect(load.outcomes).toEqual({ 200: REQUESTS });
}, 120_000);

test('a request that makes the function fail breaks it for nobody else, and no longer than it fails', async () => {
  await exposeCached('breakable', BREAKABLE);
  const bad: string[] = [];
  let number = 0;
  await closedLoad(CONNECTIONS, 4_000, async () => {
    const kind = number++ % 4;
    const poison = kind === 0 ? { 'x-poison': '1' } : kind === 1 ? { 'x-status': '500' } : {};
    const path = kind === 2 ? `/page?status=${500 + (number % 5)}` : '/page';
    const answer = await platform.call(`/breakable${path}`, { headers: poison });
    if (kind !== 2 && answer.text !== 'good') bad.push(`${answer.status} ${answer.text}`);
    return answer;
  });
  expect(bad.slice(0, 3)).toEqual([]);
  const flaky: number[] = [];
  for (let round = 0; round < 10 && !flaky.includes(200); round++)
    flaky.push((await platform.call('/breakable/flaky')).status);
  expect(flaky.at(-1)).toBe(200);
  expect((await platform.call('/breakable/flaky')).headers['x-cache']).toBe('HIT');
  expect((await platform.call('/breakable/page?status=404')).headers['x-cache']).toBe('MISS');
  expect((await platform.call('/breakable/page?status=404')).headers['x-cache']).toBe('MISS');
}, 120_000);

test('a stage has a default, a route its own, and an upload is seen at once', async () => {
  const source = (text: string): string => `let calls = 0;
    export const handler = async () => ({ statusCode: 200, body: '${text} ' + ++calls });`;
  await platform.deploy('counting', source('first'));
  const integration = { type: 'function', function: 'counting' };
  await platform.controlPlane.json('PUT', '/v1/apis/counting', {
    routes: [
      { route: 'GET /by-stage', integration },
      { route: 'GET /never', integration, cache: false },
      { route: 'GET /own', integration, cache: { ttlSeconds: 1 } },
    ],
  });
  const call = async (path: string): Promise<string> => (await platform.call(`/counting${path}`)).text;
  expect(await call('/by-stage')).not.toBe(await call('/by-stage'));
  const stage = await platform.controlPlane.json('PUT', '/v1/apis/counting/stages/$default', { cache: {} });
  expect(stage.status).toBe(200);
  expect(await call('/by-stage')).toBe(await call('/by-stage'));
  expect(await call('/never')).not.toBe(await call('/never'));
  const own = await call('/own');
  expect(await call('/own')).toBe(own);
  await platform.deploy('counting', source('second'));
  expect(await call('/by-stage')).toBe('second 1');
}, 60_000);
