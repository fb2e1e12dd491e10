import { execFileSync } from 'node:child_process';
import { E2ePlatform } from './index';

const HELLO = `
export const handler = async (event: { rawPath: string; pathParameters?: Record<string, string> }) => ({
  statusCode: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ message: 'hello ' + (event.pathParameters?.name ?? 'world') }),
});`;

describe('upload, route, call', () => {
  let platform: E2ePlatform;
  beforeAll(async () => {
    platform = await E2ePlatform.start();
  }, 60_000);
  afterAll(() => platform.stop());

  test('the three commands that the start prints work as printed', () => {
    const commands = platform.started
      .output()
      .split(/\n(?=curl )/)
      .slice(1);
    expect(commands).toHaveLength(3);
    const outputs = commands.map((command) => execFileSync('sh', ['-c', command], { encoding: 'utf8' }));
    expect(JSON.parse(outputs[0] ?? '')).toMatchObject({ name: 'hello', version: 1 });
    expect(JSON.parse(outputs[1] ?? '')).toMatchObject({ name: 'demo' });
    expect(JSON.parse(outputs[2] ?? '')).toEqual({ message: 'Hello, Ada' });
    for (const path of ['/v1/apis/demo', '/v1/functions/hello'])
      execFileSync('sh', [
        '-c',
        `${(commands[0] ?? '').split(' -X ')[0]} -X DELETE ${platform.started.adminUrl}${path}`,
      ]);
  });

  test('a TypeScript file becomes a version, a route leads to it, and a caller gets its answer', async () => {
    const uploaded = await platform.controlPlane.putFunction('hello', HELLO);
    expect(uploaded.status).toBe(201);
    expect(uploaded.json).toMatchObject({
      name: 'hello',
      version: 1,
      revision: expect.stringMatching(/^[0-9a-f]{16,}/) as unknown,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown,
      sizeBytes: expect.any(Number) as unknown,
      handlerKind: 'lambda',
      initMs: expect.any(Number) as unknown,
      config: { timeoutMs: 3_000, memoryMb: 128 },
    });
    const routed = await platform.controlPlane.putApi('greetings', [{ route: 'GET /hello/{name}', function: 'hello' }]);
    expect(routed.status).toBe(201);

    const answer = await platform.call('/greetings/hello/ada');
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/json', 'apigw-requestid': expect.stringMatching(/.+/) as unknown },
      json: { message: 'hello ada' },
    });
  });

  test('every request has an id of its own', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, () => platform.call('/greetings/hello/x')));
    expect(new Set(answers.map(({ headers }) => headers['apigw-requestid'])).size).toBe(20);
  });

  test('a new upload answers the very next call', async () => {
    for (let number = 2; number <= 12; number++) {
      const { status, json } = await platform.controlPlane.putFunction(
        'hello',
        `export const handler = async () => ({ statusCode: 200, body: 'number ${number}' });`,
      );
      expect([status, json]).toEqual([200, expect.objectContaining({ version: number })]);
      expect((await platform.call('/greetings/hello/x')).text).toBe(`number ${number}`);
    }
  });

  test('a route names a version, and later uploads leave it alone', async () => {
    await platform.controlPlane.putApi('pinned', [{ route: 'GET /', function: 'hello', qualifier: '1' }]);
    await platform.deploy('hello', `export const handler = async () => 'newest';`);
    expect((await platform.call('/pinned/')).json).toEqual({ message: 'hello world' });
    expect((await platform.call('/greetings/hello/x')).text).toBe('newest');
    await platform.controlPlane.request('DELETE', '/v1/apis/pinned');
  });

  test('a function that a route uses cannot be deleted, and the refusal names the route', async () => {
    const refused = await platform.controlPlane.request('DELETE', '/v1/functions/hello');
    expect([refused.status, refused.json]).toEqual([409, expect.objectContaining({ code: 'FUNCTION_IN_USE' })]);
    expect(refused.text).toContain('GET /hello/{name}');
  });

  test('once its API is gone a path is unknown, and then the function can go', async () => {
    expect((await platform.controlPlane.request('DELETE', '/v1/apis/greetings')).status).toBe(204);
    expect((await platform.call('/greetings/hello/ada')).status).toBe(404);
    expect((await platform.controlPlane.request('DELETE', '/v1/functions/hello')).status).toBe(204);
    expect((await platform.controlPlane.get('/v1/functions/hello')).status).toBe(404);
  });

  test('a function can be invoked without any route, with any JSON as its event', async () => {
    await platform.deploy('echo', 'export const handler = async (event: unknown) => ({ got: event });');
    const answer = await platform.controlPlane.request('POST', '/v1/functions/echo/invocations', {
      body: '{"n":[1,"ü"]}',
    });
    expect(answer).toMatchObject({ status: 200, json: { got: { n: [1, 'ü'] } } });
    expect(answer.headers['x-amz-executed-version']).toMatch(/^(\$LATEST|1)$/);
    expect(answer.headers['x-amz-function-error']).toBeUndefined();
  });

  test('an invocation that throws is 200 with the error in AWS shape, source lines included', async () => {
    await platform.deploy(
      'thrower',
      [
        'interface Never { a: 1 }',
        'export const handler = async () => {',
        "  throw new RangeError('out of it');",
        '};',
      ].join('\n'),
    );
    const answer = await platform.controlPlane.request('POST', '/v1/functions/thrower/invocations', { body: '{}' });
    expect(answer).toMatchObject({
      status: 200,
      headers: { 'x-amz-function-error': 'Unhandled' },
      json: { errorType: 'RangeError', errorMessage: 'out of it', trace: expect.any(Array) as unknown },
    });
    expect(answer.text).toMatch(/index\.ts:3:\d+/);
  });

  test('callback-style handlers answer too', async () => {
    const path = await platform.expose(
      'callback',
      `export const handler = (event: any, context: any, callback: any) => { setTimeout(() => callback(null, { statusCode: 202, body: context.functionName }), 5); };`,
    );
    expect(await platform.call(`${path}/`)).toMatchObject({ status: 202, text: 'callback' });
  });
});
