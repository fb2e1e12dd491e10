import { E2ePlatform } from './index';

/** One function that goes wrong as the query says. Its own texts must not reach a caller through a route. */
const SOURCE = `
const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
export const handler = async (event: any) => {
  switch (event.queryStringParameters?.how) {
    case 'throw': throw new TypeError('secret-text');
    case 'reject': await sleep(1); return Promise.reject(new Error('secret-text'));
    case 'throw-string': throw 'secret-text';
    case 'loop': for (;;) {}
    case 'late-loop': await sleep(5); for (;;) {}
    case 'hang': return new Promise(() => {});
    case 'memory': { const keep: unknown[] = []; for (;;) keep.push(new Array(1000).fill({})); }
    case 'large': return { statusCode: 200, body: 'x'.repeat(7_000_000) };
    case 'cycle': { const answer: any = { statusCode: 200 }; answer.body = answer; return answer; }
    case 'status': return { statusCode: 101, body: 'x' };
    case 'header': return { statusCode: 200, headers: { 'x-a': 'a\\r\\nx-b: 1' }, body: 'x' };
    default: return { statusCode: 200, body: 'good' };
  }
};`;

type Style = 'rest' | 'http' | 'url';

describe('what a caller sees when a function goes wrong', () => {
  let platform: E2ePlatform;
  const paths: Record<Style, string> = { rest: '/faulty-rest', http: '/faulty-http', url: '/functions/faulty-http' };
  beforeAll(async () => {
    platform = await E2ePlatform.start();
    await platform.expose('faulty-rest', SOURCE, { style: 'rest', config: { timeoutMs: 300, memoryMb: 32 } });
    await platform.expose('faulty-http', SOURCE, {
      style: 'http',
      config: { timeoutMs: 300, memoryMb: 32, url: 'NONE' },
    });
    // "large" and "memory" may take longer than the short timeout of the others.
    await platform.expose('roomy', SOURCE, { style: 'rest', config: { timeoutMs: 10_000, memoryMb: 64 } });
  }, 60_000);
  afterAll(() => platform.stop());

  const failed = {
    rest: [502, '{"message":"Internal server error"}'],
    http: [500, '{"message":"Internal Server Error"}'],
    url: [502, '{"Message":"Internal Server Error"}'],
  } as const;
  const late = {
    rest: [504, '{"message":"Endpoint request timed out"}'],
    http: [503, '{"message":"Service Unavailable"}'],
    url: [504, '{"Message":"Gateway Timeout"}'],
  } as const;

  test.each([
    ['throws', 'throw', failed, 'FUNCTION_ERROR', 'TypeError'],
    ['rejects after an await', 'reject', failed, 'FUNCTION_ERROR', 'Error'],
    ['throws a string', 'throw-string', failed, 'FUNCTION_ERROR', expect.any(String)],
    ['loops', 'loop', late, 'FUNCTION_TIMEOUT', 'Sandbox.Timedout'],
    ['loops after an await', 'late-loop', late, 'FUNCTION_TIMEOUT', 'Sandbox.Timedout'],
    ['never settles', 'hang', late, 'FUNCTION_TIMEOUT', 'Sandbox.Timedout'],
    ['answers a cycle', 'cycle', failed, 'RESPONSE_MALFORMED', expect.any(String)],
    ['answers status 101', 'status', failed, 'RESPONSE_MALFORMED', expect.any(String)],
    ['answers a header with a line break', 'header', failed, 'RESPONSE_MALFORMED', expect.any(String)],
  ] as const)('a function that %s', async (_what, how, byStyle, code, reason) => {
    for (const style of ['rest', 'http', 'url'] as const) {
      const answer = await platform.call(`${paths[style]}/x?how=${how}`);
      const [status, body] = byStyle[style];
      expect({ style, status: answer.status, body: answer.text }).toEqual({ style, status, body });
      expect(answer.headers).toMatchObject({
        'content-type': 'application/json',
        'x-sluice-error': code,
        'x-sluice-reason': reason as unknown,
        'x-content-type-options': 'nosniff',
        [style === 'http' ? 'apigw-requestid' : 'x-amzn-requestid']: expect.stringMatching(/.+/) as unknown,
      });
      expect(JSON.stringify(answer.rawHeaders) + answer.text).not.toContain('secret-text');
      expect((await platform.call(`${paths[style]}/x`)).text).toBe('good');
    }
  });

  test.each([
    ['runs out of memory', 'memory', 'FUNCTION_OUT_OF_MEMORY', 'Runtime.OutOfMemory'],
    ['answers more than 6,291,556 bytes', 'large', 'RESPONSE_TOO_LARGE', 'Function.ResponseSizeTooLarge'],
  ])('a function that %s is answered 502, and the next call is good', async (_what, how, code, reason) => {
    const answer = await platform.call(`/roomy/x?how=${how}`);
    expect([answer.status, answer.text, answer.headers['x-sluice-error'], answer.headers['x-sluice-reason']]).toEqual([
      ...failed.rest,
      code,
      reason,
    ]);
    expect((await platform.call('/roomy/x')).text).toBe('good');
  });

  test("REST errors name AWS's error type", async () => {
    const answer = await platform.call('/faulty-rest/x?how=throw');
    expect(answer.headers['x-amzn-errortype']).toBe('InternalServerErrorException');
  });

  test('a timeout is answered within a quarter of a second of its time', async () => {
    const startedAtMs = performance.now();
    const { status } = await platform.call('/faulty-rest/x?how=late-loop');
    expect(status).toBe(504);
    expect(performance.now() - startedAtMs).toBeLessThan(300 + 250);
  });

  test("a route's own timeout ends a slower function", async () => {
    await platform.controlPlane.putApi('short', [{ route: 'GET /', function: 'roomy', timeoutMs: 100 }], 'rest');
    const startedAtMs = performance.now();
    expect((await platform.call('/short/?how=hang')).status).toBe(504);
    expect(performance.now() - startedAtMs).toBeLessThan(1_000);
  });

  test('an unknown path: 403 as REST APIs, 404 as HTTP APIs answer it', async () => {
    await platform.controlPlane.putApi('one-rest', [{ route: 'GET /a', function: 'roomy' }], 'rest');
    await platform.controlPlane.putApi('one-http', [{ route: 'GET /a', function: 'roomy' }], 'http');
    expect(await platform.call('/one-rest/b')).toMatchObject({
      status: 403,
      text: '{"message":"Missing Authentication Token"}',
      headers: { 'x-amzn-errortype': 'MissingAuthenticationTokenException', 'x-sluice-error': 'ROUTE_NOT_FOUND' },
    });
    expect(await platform.call('/one-rest/a', { method: 'POST' })).toMatchObject({ status: 403 });
    expect(await platform.call('/one-http/b')).toMatchObject({ status: 404, text: '{"message":"Not Found"}' });
    expect(await platform.call('/no-such-api/b')).toMatchObject({ status: 404, text: '{"message":"Not Found"}' });
  });
});
