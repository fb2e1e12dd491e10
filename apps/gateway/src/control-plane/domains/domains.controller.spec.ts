import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type TLSSocket } from 'node:tls';
import { OUTCOME } from '@sluice/contracts';
import { RedisKeys, RedisRoles } from '@sluice/redis';
import { startTestRedis, waitFor, type TestRedis } from '@sluice/testing';
import { selfSignedCertificate } from '../../self-signed-certificate.fixture';
import {
  startScriptedRunner,
  startTestGateway,
  answerEverything,
  type Answer,
  type TestGateway,
} from '../../test-gateway.fixture';

let directory: string;
let redis: TestRedis;
let gateway: TestGateway;
let other: TestGateway;
let runner: { stop(): Promise<void> };

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'sluice-certificates-'));
  redis = await startTestRedis();
  [gateway, other] = await Promise.all([startTestGateway(redis, { TLS_PORT: '0' }), startTestGateway(redis)]);
  runner = await startScriptedRunner(redis, (invocation) => {
    if (invocation.kind === 'probe') return answerEverything(invocation);
    const body = JSON.stringify({ function: invocation.functionName, event: JSON.parse(invocation.event) as unknown });
    invocation.answer(OUTCOME.ok, { durationUs: 1, initUs: 0 }, JSON.stringify({ statusCode: 200, body }));
  });
  for (const name of ['orders', 'pets']) {
    await gateway.request('PUT', `/v1/functions/${name}`, {
      body: 'export const handler = async () => 1;',
      headers: { 'content-type': 'text/plain' },
    });
    const integration = { type: 'function', function: name };
    const routes = [
      { route: 'GET /', integration },
      { route: 'GET /{path+}', integration },
    ];
    await gateway.request('PUT', `/v1/apis/${name}`, { json: { routes } });
  }
  await gateway.request('PUT', '/v1/apis/pets/stages/beta', { json: {} });
});
afterAll(async () => {
  await runner.stop();
  await Promise.all([gateway.stop(), other.stop()]);
  await redis.stop();
  rmSync(directory, { recursive: true, force: true });
});

const put = (name: string, json: unknown): Promise<Answer> => gateway.request('PUT', `/v1/domains/${name}`, { json });

interface Called {
  readonly status: number;
  readonly function?: string;
  readonly event?: {
    readonly rawPath: string;
    readonly headers: Record<string, string>;
    readonly requestContext: object;
  };
}

/** A request with a Host of its own, which `fetch` does not send. */
function call(host: string, path: string, at: TestGateway = gateway): Promise<Called> {
  const { hostname, port } = new URL(at.publicUrl);
  return new Promise((resolve, reject) => {
    httpRequest({ hostname, port, path, headers: { host } }, (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, ...(JSON.parse(text) as object) }));
    })
      .on('error', reject)
      .end();
  });
}

describe('a custom domain', () => {
  test('leads by base path to APIs and stages, on every gateway, and the base path is no part of the event’s path', async () => {
    const mappings = [
      { api: 'pets' },
      { basePath: 'shop/orders', api: 'orders' },
      { basePath: 'beta', api: 'pets', stage: 'beta' },
    ];
    const created = await put('api.example.com', { mappings });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({
      name: 'api.example.com',
      mappings: [{ basePath: '', stage: '$default' }, {}, {}],
    });
    const order = await call('api.example.com', '/shop/orders/7', other);
    expect(order).toMatchObject({
      function: 'orders',
      event: {
        rawPath: '/7',
        headers: { 'x-forwarded-prefix': '/shop/orders' },
        requestContext: { domainName: 'api.example.com', domainPrefix: 'api', stage: '$default' },
      },
    });
    expect(await call('API.example.com:8080', '/anything')).toMatchObject({
      function: 'pets',
      event: { rawPath: '/anything' },
    });
    expect(await call('api.example.com', '/beta/x')).toMatchObject({
      event: { rawPath: '/x', requestContext: { stage: 'beta' } },
    });
  });

  test('is never answered by what other hosts have under the same path', async () => {
    await put('narrow.example.com', { mappings: [{ basePath: 'v1', api: 'orders' }] });
    for (const path of ['/pets/1', '/orders', '/functions/orders/', '/health', '/']) {
      expect((await call('narrow.example.com', path)).status).toBe(404);
    }
    expect((await call('narrow.example.com', '/v1/pets')).function).toBe('orders');
    expect((await call('127.0.0.1', '/pets/1')).function).toBe('pets');
  });

  test('with a wildcard takes every name of one more label', async () => {
    await put('*.wild.example.com', { mappings: [{ api: 'pets' }] });
    expect((await call('a.wild.example.com', '/x')).function).toBe('pets');
    expect((await call('a.b.wild.example.com', '/x')).status).toBe(404);
  });

  test('deleted falls back to paths', async () => {
    await put('gone.example.com', { mappings: [] });
    expect((await call('gone.example.com', '/pets/1')).status).toBe(404);
    expect((await gateway.request('DELETE', '/v1/domains/gone.example.com')).status).toBe(204);
    expect((await call('gone.example.com', '/pets/1')).function).toBe('pets');
    expect((await gateway.request('GET', '/v1/domains/gone.example.com')).body.code).toBe('DOMAIN_NOT_FOUND');
  });

  test('keeps what it leads to from being deleted', async () => {
    await put('keeper.example.com', { mappings: [{ basePath: 'b', api: 'pets', stage: 'beta' }] });
    const api = await gateway.request('DELETE', '/v1/apis/pets');
    expect(api.body).toMatchObject({ code: 'API_IN_USE' });
    expect(api.text).toContain('keeper.example.com/b');
    expect((await gateway.request('DELETE', '/v1/apis/pets/stages/beta')).body.code).toBe('STAGE_IN_USE');
  });

  test('is written only over the state that was read', async () => {
    const first = await put('etag.example.com', { mappings: [] });
    const write = (ifMatch: string): Promise<Answer> =>
      gateway.request('PUT', '/v1/domains/etag.example.com', {
        json: { mappings: [{ api: 'pets' }] },
        headers: { 'if-match': ifMatch },
      });
    expect((await write('"other"')).status).toBe(412);
    expect((await write(first.headers.get('etag') ?? '')).status).toBe(200);
    expect((await write(first.headers.get('etag') ?? '')).status).toBe(412);
  });

  test.each([
    ['localhost', {}, 'domain'],
    ['UPPER.example.com', {}, 'domain'],
    ['a..example.com', {}, 'domain'],
    ['a.*.com', {}, 'domain'],
    ['127.0.0.1', {}, 'IP address'],
    ['x.example.com', { mappings: [{ api: 'pets', basePath: '../v1' }] }, 'mappings[0].basePath'],
    ['x.example.com', { mappings: [{ api: 'nobody' }] }, 'mappings[0].api'],
    ['x.example.com', { mappings: [{ api: 'pets', stage: 'nope' }] }, 'mappings[0].stage'],
    ['x.example.com', { mappings: [{ api: 'pets', basePath: '/v1' }] }, 'mappings[0].basePath'],
    ['x.example.com', { mappings: [{ api: 'pets' }, { api: 'orders' }] }, 'mappings'],
    ['x.example.com', { certificate: { cert: 'x', key: 'y' } }, 'certificate'],
    ['x.example.com', { certificate: { certFile: '/nope/cert.pem', keyFile: '/nope/key.pem' } }, 'ENOENT'],
  ])('%s with %j is refused, naming %s', async (name, settings, named) => {
    const answer = await put(name, settings);
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(named);
  });
});

describe('https', () => {
  /** The fingerprint of the certificate a client of this name is shown, and the answer to one request. */
  function callTls(
    servername: string,
    options: { maxVersion?: 'TLSv1.1' } = {},
  ): Promise<{ fingerprint: string; answer: string; protocol: string | null }> {
    const { hostname, port } = new URL(gateway.tlsUrl ?? '');
    return new Promise((resolve, reject) => {
      const socket: TLSSocket = connect(
        { host: hostname, port: Number(port), servername, rejectUnauthorized: false, ...options },
        () => {
          let answer = '';
          socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
          const fingerprint = socket.getPeerX509Certificate()?.fingerprint256.replaceAll(':', '').toLowerCase() ?? '';
          const protocol = socket.getProtocol();
          socket.on('end', () => resolve({ fingerprint, answer, protocol }));
          socket.write(`GET /secure HTTP/1.1\r\nhost: ${servername}\r\nconnection: close\r\n\r\n`);
        },
      );
      socket.on('error', reject);
    });
  }

  test('shows each domain its own certificate, and functions see that they were called over it', async () => {
    const [one, wild] = [selfSignedCertificate('one.tls.example.com'), selfSignedCertificate('*.tls.example.com')];
    const mappings = [{ api: 'pets' }];
    const created = await put('one.tls.example.com', { mappings, certificate: { cert: one.cert, key: one.key } });
    expect(created.status).toBe(201);
    await put('*.tls.example.com', { mappings, certificate: { cert: wild.cert, key: wild.key } });
    const called = await callTls('one.tls.example.com');
    expect(called.fingerprint).toBe(one.fingerprint);
    expect(called.protocol).toBe('TLSv1.3');
    expect(called.answer).toContain('"x-forwarded-proto":"https"');
    expect((await callTls('two.tls.example.com')).fingerprint).toBe(wild.fingerprint);
  });

  test('answers a client that ends its side together with its request', async () => {
    await put('ended.example.com', { mappings: [{ api: 'pets' }], certificate: selfSigned('ended.example.com') });
    const { hostname, port } = new URL(gateway.tlsUrl ?? '');
    const answers = await Promise.all(
      Array.from({ length: 20 }, async () => {
        const socket = connect({
          host: hostname,
          port: Number(port),
          servername: 'ended.example.com',
          rejectUnauthorized: false,
        });
        let answer = '';
        socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
        socket.once('secureConnect', () => socket.end('POST /nowhere HTTP/1.1\r\nhost: ended.example.com\r\n\r\n'));
        await once(socket, 'close');
        return answer.slice(0, 12);
      }),
    );
    expect(answers).toEqual(new Array(20).fill('HTTP/1.1 404'));
  });

  test('keeps the key of a certificate to itself, in answers and at rest', async () => {
    const { cert, key } = selfSignedCertificate('secret.example.com');
    const created = await put('secret.example.com', { certificate: { cert, key } });
    const secret = key.split('\n')[1] ?? '';
    expect(created.text).toContain('BEGIN CERTIFICATE');
    expect(created.text).not.toContain('PRIVATE');
    const read = await gateway.request('GET', '/v1/domains/secret.example.com');
    expect(read.text).not.toContain('PRIVATE');
    expect(read.text).not.toContain('encryptedKey');
    expect(secret.length).toBeGreaterThan(20);
    expect(created.text + read.text).not.toContain(secret);
    const roles = await RedisRoles.connect(
      { redisUrl: redis.url, redisVolatileUrl: redis.volatileUrl },
      { name: 'spec' },
    );
    const stored = await roles.durable.hget(new RedisKeys().configRecords('domain'), 'secret.example.com');
    await roles.close();
    expect(stored).toContain('BEGIN CERTIFICATE');
    expect(stored).not.toContain(secret);
  });

  test('takes a certificate from files, and again when they change', async () => {
    const [certFile, keyFile] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
    const write = (pair: { cert: string; key: string }): void => {
      writeFileSync(certFile, pair.cert);
      writeFileSync(keyFile, pair.key);
    };
    const [first, second] = [selfSignedCertificate('files.example.com'), selfSignedCertificate('files.example.com')];
    write(first);
    await put('files.example.com', { mappings: [{ api: 'pets' }], certificate: { certFile, keyFile } });
    expect((await callTls('files.example.com')).fingerprint).toBe(first.fingerprint);
    write(second);
    await waitFor(async () => (await callTls('files.example.com')).fingerprint === second.fingerprint, {
      timeoutMs: 15_000,
    });
  }, 30_000);

  test.each([
    ['another name', () => selfSignedCertificate('other.example.com'), 'is not for'],
    [
      'a time that is over',
      () => selfSignedCertificate('bad.example.com', { notAfter: new Date(Date.now() - 1_000) }),
      'expired',
    ],
    [
      'another key',
      () => ({ ...selfSignedCertificate('bad.example.com'), key: selfSignedCertificate('bad.example.com').key }),
      'not the key',
    ],
  ])('refuses a certificate for %s', async (_what, make, message) => {
    const { cert, key } = make();
    const answer = await put('bad.example.com', { certificate: { cert, key } });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(message);
  });

  test('ends handshakes for names without a certificate, and of TLS before 1.2', async () => {
    await expect(callTls('nobody.example.org')).rejects.toThrow();
    await put('old.example.com', { certificate: selfSigned('old.example.com') });
    await expect(callTls('old.example.com', { maxVersion: 'TLSv1.1' })).rejects.toThrow();
  });
});

function selfSigned(name: string): { cert: string; key: string } {
  const { cert, key } = selfSignedCertificate(name);
  return { cert, key };
}
