import { createHash } from 'node:crypto';
import { type ReceivedInvocation } from '@sluice/invocation';
import { OUTCOME } from '@sluice/contracts';
import { connectRedis, RedisKeys } from '@sluice/redis';
import { startTestRedis, type TestRedis } from '@sluice/testing';
import {
  answerEverything,
  startScriptedRunner,
  startTestGateway,
  TEST_CREDENTIALS,
  type TestGateway,
} from '../../test-gateway.fixture';

const HANDLER = 'export const handler = async (event: unknown) => event;\n';
const TYPESCRIPT = { 'content-type': 'application/typescript' };

let redis: TestRedis;
let gateway: TestGateway;
let runner: { stop(): Promise<void> };
let onProbe: (invocation: ReceivedInvocation) => void = answerEverything;

beforeAll(async () => {
  redis = await startTestRedis();
  gateway = await startTestGateway(redis);
  runner = await startScriptedRunner(redis, (invocation) =>
    invocation.kind === 'probe' ? onProbe(invocation) : answerEverything(invocation),
  );
});
afterEach(() => {
  onProbe = answerEverything;
});
afterAll(async () => {
  await runner.stop();
  await gateway.stop();
  await redis.stop();
});

const put = (name: string, source = HANDLER, query = '', headers: Record<string, string> = {}) =>
  gateway.request('PUT', `/v1/functions/${name}${query}`, { body: source, headers: { ...TYPESCRIPT, ...headers } });

describe('PUT /v1/functions/{name}', () => {
  test('201 for a new function, 200 for its next version; settings not mentioned stay', async () => {
    const first = await put('first', HANDLER, '?timeoutMs=500&url=NONE');
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({
      name: 'first',
      version: 1,
      handlerKind: 'lambda',
      initMs: 1,
      url: `${gateway.publicUrl}/functions/first/`,
      config: { timeoutMs: 500, memoryMb: 128, url: { auth: 'NONE' } },
    });
    expect(first.headers.get('etag')).toBe(`"${first.body.revision}"`);
    const second = await put('first', `${HANDLER}// changed\n`, '?memoryMb=64');
    expect(second.status).toBe(200);
    expect(second.body).toMatchObject({ version: 2, config: { timeoutMs: 500, memoryMb: 64 } });
    expect(second.body.revision).not.toBe(first.body.revision);
  });

  test('a map of files and config as JSON; values of the environment are nowhere to be read', async () => {
    const secret = 'canary-value-7c1d';
    const answer = await gateway.request('PUT', '/v1/functions/mapped', {
      json: {
        files: { 'index.ts': "export { handler } from './lib/handler';", 'lib/handler.ts': HANDLER },
        config: { environment: { TOKEN: secret }, timeoutMs: 700 },
      },
    });
    expect(answer.status).toBe(201);
    expect(answer.body.environmentNames).toEqual(['TOKEN']);
    const source = await gateway.request('GET', '/v1/functions/mapped/versions/1/source');
    expect(source.body.files['lib/handler.ts']).toBe(HANDLER);
    for (const { text } of [answer, source, await gateway.request('GET', '/v1/functions/mapped')]) {
      expect(text).not.toContain(secret);
    }
    expect(await everythingIn(redis.url)).not.toContain(secret);
  });

  test('400 COMPILE_ERROR with file, line and column', async () => {
    const answer = await put('broken', 'export const handler = async () => {\n  return (;\n};\n');
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      code: 'COMPILE_ERROR',
      details: [{ file: 'index.ts', line: 2, column: 11 }],
      requestId: answer.headers.get('x-sluice-request-id'),
    });
    expect((await gateway.request('GET', '/v1/functions/broken')).status).toBe(404);
  });

  test('400 INIT_ERROR with what the runner says about loading it, and nothing is stored', async () => {
    const details = [{ file: 'index.ts', line: 1, column: 7, message: 'boom' }];
    onProbe = (invocation) =>
      invocation.answer(
        OUTCOME.ok,
        { durationUs: 0, initUs: 0 },
        JSON.stringify({ ok: false, errorType: 'Error', message: 'boom', details }),
      );
    const answer = await put('throws');
    expect(answer.status).toBe(400);
    expect(answer.body).toMatchObject({
      code: 'INIT_ERROR',
      message: expect.stringContaining('Error: boom') as string,
      details,
    });
    expect((await gateway.request('GET', '/v1/functions/throws')).status).toBe(404);
  });

  test('415 says which header to add', async () => {
    const answer = await put('form', HANDLER, '', { 'content-type': 'application/x-www-form-urlencoded' });
    expect(answer.status).toBe(415);
    expect(answer.body.message).toContain("-H 'Content-Type: application/typescript'");
  });

  test('400 names every wrong setting', async () => {
    const answer = await put('settings', HANDLER, '?timeoutMs=99&colour=blue');
    expect(answer.status).toBe(400);
    expect(answer.body.code).toBe('VALIDATION_FAILED');
    expect(answer.body.details.map(({ path }) => path)).toEqual(['config.timeoutMs', 'config.colour']);
  });

  test('412 when If-Match names another revision, and when If-None-Match: * finds one', async () => {
    const { body } = await put('guarded');
    expect((await put('guarded', HANDLER, '', { 'if-none-match': '*' })).status).toBe(412);
    expect((await put('guarded', HANDLER, '', { 'if-match': '"0123"' })).status).toBe(412);
    expect((await put('guarded', HANDLER, '', { 'if-match': `"${body.revision}"` })).status).toBe(200);
    expect((await put('not-there', HANDLER, '', { 'if-match': '*' })).status).toBe(412);
  });

  test('ten uploads at once become ten versions', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => put('busy', `${HANDLER}export const n = ${index};\n`)),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(9).fill(200), 201]);
    const versions = answers.map(({ body }) => body.version).sort((a, b) => a - b);
    expect(versions).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const { body } = await gateway.request('GET', '/v1/functions/busy/versions');
    expect(new Set(body.versions.map(({ revision }) => revision)).size).toBe(10);
  });
});

describe('versions', () => {
  test('the newest fifty are kept with all they need, and what nobody names any more goes away', async () => {
    const dropped = (await put('many', `${HANDLER}// one\n`)).body;
    const kept = (await put('many', `${HANDLER}// two\n`)).body;
    for (let version = 3; version <= 52; version++) {
      await gateway.request('PATCH', '/v1/functions/many/config', { json: { timeoutMs: 1_000 + (version % 40) } });
    }
    const { body } = await gateway.request('GET', '/v1/functions/many/versions');
    expect(body.versions.map(({ version }) => version)).toEqual(Array.from({ length: 50 }, (_, index) => 52 - index));
    expect((await gateway.request('GET', '/v1/functions/many/versions/1/source')).status).toBe(404);
    const client = await connectRedis(redis.url, { name: 'spec' });
    const keys = new RedisKeys();
    for (const { revision, sha256 } of body.versions) {
      expect(sha256).toBe(kept.sha256);
      expect(await client.ttl(keys.revision('many', revision))).toBe(-1);
    }
    expect(await client.ttl(keys.package('many', kept.sha256))).toBe(-1);
    expect(await client.ttl(keys.package('many', dropped.sha256))).toBeGreaterThan(0);
    expect(await client.ttl(keys.revision('many', dropped.revision))).toBeGreaterThan(0);
    client.disconnect();
  });

  test('an old version that a route names is kept however many follow', async () => {
    await put('pinned');
    const integration = { type: 'function', function: 'pinned', qualifier: '1' };
    await gateway.request('PUT', '/v1/apis/pinning', { json: { routes: [{ route: 'GET /', integration }] } });
    for (let version = 2; version <= 52; version++) {
      await gateway.request('PATCH', '/v1/functions/pinned/config', { json: { timeoutMs: 1_000 + version } });
    }
    const { body } = await gateway.request('GET', '/v1/functions/pinned/versions');
    const numbers = body.versions.map(({ version }) => version);
    expect(numbers).toHaveLength(51);
    expect([numbers.at(-1), numbers.at(-2)]).toEqual([1, 3]);
  });

  test('the source is the upload, byte for byte, with its type', async () => {
    const source = `\uFEFF${HANDLER}// ünïcode\r\n`;
    await put('bytes', source);
    const answer = await gateway.request('GET', '/v1/functions/bytes/versions/$LATEST/source');
    expect(answer.headers.get('content-type')).toBe('application/typescript');
    const response = await fetch(`${gateway.adminUrl}/v1/functions/bytes/versions/1/source`, {
      headers: {
        authorization: `Basic ${btoa(`${TEST_CREDENTIALS.accessKeyId}:${TEST_CREDENTIALS.secretAccessKey}`)}`,
      },
    });
    expect(sha256(Buffer.from(await response.arrayBuffer()))).toBe(sha256(Buffer.from(source)));
  });
});

describe('PATCH /v1/functions/{name}/config', () => {
  test('makes a version with the same code and the environment it had', async () => {
    await gateway.request('PUT', '/v1/functions/patched', {
      json: { files: { 'index.ts': HANDLER }, config: { environment: { A: '1' } } },
    });
    const answer = await gateway.request('PATCH', '/v1/functions/patched/config', { json: { timeoutMs: 900 } });
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ version: 2, config: { timeoutMs: 900 }, environmentNames: ['A'] });
    const source = await gateway.request('GET', '/v1/functions/patched/versions/2/source');
    expect(source.body.files['index.ts']).toBe(HANDLER);
  });

  test('404 for a function that is not there', async () => {
    const answer = await gateway.request('PATCH', '/v1/functions/nothing/config', { json: { timeoutMs: 900 } });
    expect(answer.body).toMatchObject({ code: 'FUNCTION_NOT_FOUND' });
    expect(answer.status).toBe(404);
  });
});

describe('GET and DELETE', () => {
  test('the list is in the order of names and its cursor goes through all of them once', async () => {
    for (const name of ['page-b', 'page-a', 'page-c']) await put(name);
    const seen: string[] = [];
    let cursor = '';
    do {
      const { body } = await gateway.request('GET', `/v1/functions?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...body.functions.map(({ name }) => name));
      cursor = body.nextCursor ?? '';
    } while (cursor !== '');
    expect(seen).toEqual([...seen].sort());
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(['page-a', 'page-b', 'page-c']));
  });

  test('304 for who has the present revision', async () => {
    const { body } = await put('cached');
    const answer = await gateway.request('GET', '/v1/functions/cached', {
      headers: { 'if-none-match': `"${body.revision}"` },
    });
    expect(answer.status).toBe(304);
    expect(answer.text).toBe('');
  });

  test('409 names the routes that use the function; without them it goes', async () => {
    await put('used');
    const route = { route: 'GET /x', integration: { type: 'function', function: 'used' } };
    await gateway.request('PUT', '/v1/apis/user-api', { json: { routes: [route] } });
    const refused = await gateway.request('DELETE', '/v1/functions/used');
    expect(refused.status).toBe(409);
    expect(refused.body).toMatchObject({ code: 'FUNCTION_IN_USE', details: [{ path: 'apis/user-api' }] });
    expect(refused.body.details[0]?.message).toContain('GET /x');
    await gateway.request('DELETE', '/v1/apis/user-api');
    expect((await gateway.request('DELETE', '/v1/functions/used')).status).toBe(204);
    expect((await gateway.request('GET', '/v1/functions/used')).status).toBe(404);
  });
});

function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Every value of the server, whatever its type. */
async function everythingIn(url: string): Promise<string> {
  const client = await connectRedis(url, { name: 'spec' });
  const dumps = await Promise.all((await client.keys('*')).map((key) => client.dumpBuffer(key)));
  client.disconnect();
  return Buffer.concat(dumps.map((dump) => dump ?? Buffer.alloc(0))).toString('latin1');
}
