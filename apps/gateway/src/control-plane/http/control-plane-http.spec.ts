import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { SignatureV4 } from '@smithy/signature-v4';
import { Sha256 } from '@aws-crypto/sha256-js';
import { startTestRedis, type TestRedis } from '@sluice/testing';
import { startTestGateway, TEST_CREDENTIALS, type TestGateway } from '../../test-gateway.fixture';
import { ADMIN_BODY_BYTES_MAX } from './read-body';

// aws4 has no types of its own.
const { sign } = createRequire(__filename)('aws4') as {
  sign: (this: void, request: object, credentials: object) => { headers: Record<string, unknown> };
};

let redis: TestRedis;
let gateway: TestGateway;

beforeAll(async () => {
  redis = await startTestRedis();
  gateway = await startTestGateway(redis);
});
afterAll(async () => {
  await gateway.stop();
  await redis.stop();
});

describe('authentication', () => {
  test('401 without credentials, with an unknown key and with a wrong secret; the last two read the same', async () => {
    expect((await gateway.request('GET', '/v1/limits', { as: null })).status).toBe(401);
    const { accessKeyId, secretAccessKey } = TEST_CREDENTIALS;
    const attempts = [`AKIAUNKNOWNUNKNOWN00:${secretAccessKey}`, `${accessKeyId}:wrong`, `${accessKeyId}:`, ':', 'x'];
    const messages = new Set<string>();
    for (const attempt of attempts.slice(0, 3)) {
      const headers = { authorization: `Basic ${btoa(attempt)}` };
      const answer = await gateway.request('GET', '/v1/limits', { as: null, headers });
      expect(answer.status).toBe(401);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Basic /);
      messages.add(answer.body.message);
    }
    expect(messages.size).toBe(1);
    for (const attempt of attempts.slice(3)) {
      const headers = { authorization: `Basic ${btoa(attempt)}` };
      expect((await gateway.request('GET', '/v1/limits', { as: null, headers })).status).toBe(401);
    }
  });

  test.each(['sluice', 'lambda', 'apigateway', 'execute-api'])(
    'aws4 signing for service %s is let in',
    async (service) => {
      const { host } = new URL(gateway.adminUrl);
      const path = '/v1/functions?limit=5';
      const { headers } = sign({ service, region: 'eu-central-1', method: 'GET', host, path }, TEST_CREDENTIALS);
      const answer = await gateway.request('GET', path, { as: null, headers: strings(headers) });
      expect(answer.status).toBe(200);
    },
  );

  test('@smithy/signature-v4 with a body is let in, and refused when one byte of the body differs', async () => {
    const { hostname, port, host } = new URL(gateway.adminUrl);
    const body = '{"routes":[]}';
    const signer = new SignatureV4({
      service: 'apigateway',
      region: 'local',
      credentials: TEST_CREDENTIALS,
      sha256: Sha256,
    });
    const signed = await signer.sign({
      method: 'PUT',
      protocol: 'http:',
      hostname,
      port: Number(port),
      path: '/v1/apis/signed',
      query: {},
      headers: { host, 'content-type': 'application/json' },
      body,
    });
    const put = (sent: string) =>
      gateway.request('PUT', '/v1/apis/signed', { as: null, headers: signed.headers, body: sent });
    expect((await put(body)).status).toBe(201);
    const refused = await put('{"routes":[] }');
    expect(refused.status).toBe(403);
    expect(refused.body.code).toBe('SIGNATURE_INVALID');
  });

  test('a signature of an unknown key reads as one with a wrong secret', async () => {
    const { host } = new URL(gateway.adminUrl);
    const refused = async (credentials: { accessKeyId: string; secretAccessKey: string }) => {
      const { headers } = sign(
        { service: 'sluice', region: 'local', method: 'GET', host, path: '/v1/limits' },
        credentials,
      );
      const { status, body } = await gateway.request('GET', '/v1/limits', { as: null, headers: strings(headers) });
      return { status, code: body.code, message: body.message };
    };
    const wrongSecret = await refused({ ...TEST_CREDENTIALS, secretAccessKey: 'something-else-entirely' });
    expect(wrongSecret).toMatchObject({ status: 403, code: 'SIGNATURE_INVALID' });
    expect(await refused({ ...TEST_CREDENTIALS, accessKeyId: 'AKIAUNKNOWNUNKNOWN00' })).toEqual(wrongSecret);
  });

  test('health, metrics, the OpenAPI document and the docs are open', async () => {
    for (const path of ['/health/live', '/health/ready', '/metrics', '/openapi.json', '/docs']) {
      expect((await gateway.request('GET', path, { as: null })).status).toBe(200);
    }
  });
});

describe('answers', () => {
  test('every answer has its request id and may neither be stored nor sniffed', async () => {
    for (const path of ['/v1/limits', '/nowhere', '/health/live']) {
      const { headers } = await gateway.request('GET', path);
      expect(headers.get('x-sluice-request-id')).toMatch(/^[0-9a-f-]{36}$/);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('x-powered-by')).toBeNull();
    }
  });

  test('404 and 405 in the shape of every error; 405 says what is allowed', async () => {
    const missing = await gateway.request('GET', '/v1/nothing');
    expect([missing.status, missing.body.code]).toEqual([404, 'NOT_FOUND']);
    const wrong = await gateway.request('POST', '/v1/functions/hello');
    expect([wrong.status, wrong.body.code]).toEqual([405, 'METHOD_NOT_ALLOWED']);
    expect(wrong.headers.get('allow')).toBe('PUT, GET, DELETE');
    expect(wrong.body.requestId).toBe(wrong.headers.get('x-sluice-request-id'));
  });

  test.each([
    ['no JSON', '{"routes": [', 'not JSON'],
    ['invalid UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'not UTF-8'],
    ['a byte order mark', '\uFEFF{}', 'not JSON'],
    ['a member __proto__', '{"routes":[],"__proto__":{"apiStyle":"rest"}}', '__proto__'],
    ['an escaped __proto__', '{"\\u005f_proto__":1}', '__proto__'],
    ['65 levels', '['.repeat(65) + ']'.repeat(65), '64 levels'],
  ])('400 for a body with %s', async (_what, body, text) => {
    const answer = await gateway.request('PUT', '/v1/apis/x', {
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect([answer.status, answer.body.code]).toEqual([400, 'BAD_REQUEST']);
    expect(answer.body.message).toContain(text);
  });

  test('413 for a body over 8 MiB, whether or not its length is said', async () => {
    const body = Buffer.alloc(ADMIN_BODY_BYTES_MAX + 1, 0x20);
    const said = await gateway.request('PUT', '/v1/apis/x', { body });
    expect([said.status, said.body.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    expect(
      await raw(`PUT /v1/apis/x HTTP/1.1\r\n${HOST}${basic()}transfer-encoding: chunked\r\n\r\n`, chunked(body)),
    ).toMatch(/^HTTP\/1\.1 413 /);
  });

  test.each([
    ['two Host headers', `GET /health/live HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n`, 400],
    ['an absolute-form target', `GET http://a/health/live HTTP/1.1\r\nhost: a\r\n\r\n`, 400],
    ['a fragment', `GET /health/live#x HTTP/1.1\r\nhost: a\r\n\r\n`, 400],
    ['a backslash', `GET /health\\live HTTP/1.1\r\nhost: a\r\n\r\n`, 400],
    ['a broken escape', `GET /v1/functions/%E0%A4%A HTTP/1.1\r\nhost: a\r\n\r\n`, 400],
    ['no HTTP at all', `nonsense\r\n\r\n`, 400],
    ['11 KiB of headers', `GET /health/live HTTP/1.1\r\nhost: a\r\nx: ${'y'.repeat(11_000)}\r\n\r\n`, 431],
  ])('%s is refused', async (_what, head, status) => {
    const answer = await raw(head);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(answer).toContain('"code":');
  });

  test('a repeated or unknown query parameter is refused by name', async () => {
    expect((await gateway.request('GET', '/v1/functions?limit=1&limit=2')).body.message).toContain('"limit"');
    expect((await gateway.request('GET', '/v1/functions?limits=1')).body.message).toContain('"limits"');
    expect((await gateway.request('GET', '/v1/functions?limit=0')).body.message).toContain('from 1 to');
  });
});

const HOST = 'host: localhost\r\n';
function basic(): string {
  return `authorization: Basic ${btoa(`${TEST_CREDENTIALS.accessKeyId}:${TEST_CREDENTIALS.secretAccessKey}`)}\r\n`;
}

function chunked(body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n0\r\n\r\n')]);
}

/** Bytes on a connection of their own; the answer up to its end or the end of the connection. */
function raw(head: string, body: Buffer = Buffer.alloc(0)): Promise<string> {
  const { hostname, port } = new URL(gateway.adminUrl);
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname);
    let text = '';
    const done = (): void => {
      socket.destroy();
      resolve(text);
    };
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (/\r\n\r\n.*\}$/s.test(text)) done();
    });
    socket.on('close', done);
    socket.on('error', done);
    socket.write(head);
    socket.write(body);
  });
}

function strings(headers: object | undefined): Record<string, string> {
  return Object.fromEntries(Object.entries(headers ?? {}).map(([name, value]) => [name, String(value)]));
}
