import { execFile, execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { OUTCOME } from '@sluice/contracts';
import { startTestRedis, type TestRedis } from '@sluice/testing';
import { AwsClient } from 'aws4fetch';
import { answerEverything, startScriptedRunner, startTestGateway, type TestGateway } from '../../test-gateway.fixture';
import { presignedCall, send, signedCall, type Credentials, type WireRequest } from './signed-client.fixture';

// Signers that people use against AWS sign requests to routes; and no byte of what is signed can be another one.

interface Aws4Request {
  readonly host: string;
  readonly path: string;
  readonly method: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
  readonly service: string;
  readonly region: string;
  readonly signQuery?: boolean;
}
// aws4 has no types of its own.
const aws4 = createRequire(__filename)('aws4') as {
  sign(request: Aws4Request, key: Credentials): { path: string; headers: Record<string, string> };
};

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly body?: string;
}
const SENT: readonly [string, Sent][] = [
  ['a read', { method: 'GET', path: '/shop/pets', query: {} }],
  [
    'a query out of order with reserved characters',
    { method: 'GET', path: '/shop/pets', query: { q: "a/b c+d=e&'ä", b: '', A: '1' } },
  ],
  ['an escaped path', { method: 'GET', path: '/shop/pets/caf%C3%A9%3Ax', query: {} }],
  ['a body', { method: 'POST', path: '/shop/pets', query: { dry: 'true' }, body: '{"name":"Tiger ä"}' }],
];
const READS = SENT.filter(([, { body }]) => body === undefined);
const service = 'execute-api';
const region = 'eu-central-1';

let redis: TestRedis;
let gateway: TestGateway;
let runner: { stop(): Promise<void> };
let key: Credentials;
let host: string;

beforeAll(async () => {
  redis = await startTestRedis();
  gateway = await startTestGateway(redis);
  runner = await startScriptedRunner(redis, (invocation) => {
    if (invocation.kind === 'probe') return answerEverything(invocation);
    invocation.answer(OUTCOME.ok, { durationUs: 1, initUs: 0 }, '{"statusCode":200,"body":"let in"}');
  });
  await gateway.request('PUT', '/v1/functions/hello', {
    body: 'export const handler = async () => 1;',
    headers: { 'content-type': 'text/plain' },
  });
  const route = (route: string) => ({
    route,
    integration: { type: 'function', function: 'hello' },
    authorization: 'IAM',
  });
  await gateway.request('PUT', '/v1/apis/shop', { json: { routes: [route('ANY /{path+}'), route('$default')] } });
  await gateway.request('PUT', '/v1/users/ann', { json: {} });
  await gateway.request('PUT', '/v1/users/ann/policies/all', {
    json: { Version: '2012-10-17', Statement: { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' } },
  });
  key = JSON.parse((await gateway.request('POST', '/v1/users/ann/access-keys')).text) as Credentials;
  host = new URL(gateway.publicUrl).host;
});
afterAll(async () => {
  await runner.stop();
  await gateway.stop();
  await redis.stop();
});

/** As the AWS SDKs put it on the wire. */
function target({ path, query }: Pick<Sent, 'path' | 'query'>): string {
  const escape = (text: string): string =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const pairs = Object.entries(query).map(([name, value]) => `${escape(name)}=${escape(value)}`);
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
}

const call = async (request: WireRequest): Promise<number> => (await send(gateway.publicUrl, request)).status;
const wire = (sent: Sent, path: string, headers: Record<string, string>): WireRequest => ({
  method: sent.method,
  target: path,
  headers: Object.entries(headers)
    .filter(([name]) => !/^content-length$/i.test(name))
    .flat(),
  body: sent.body ?? '',
});

describe('signed in the header by', () => {
  const smithy = () => new SignatureV4({ credentials: key, region, service, sha256: Sha256 });
  const smithyRequest = ({ method, path, query, body }: Sent) => {
    const [hostname = '', port] = host.split(':');
    return { protocol: 'http:', hostname, port: Number(port), method, path, query, headers: { host }, body };
  };

  test.each(SENT)('@smithy/signature-v4: %s', async (_what, sent) => {
    const { headers } = await smithy().sign(smithyRequest(sent));
    expect(await call(wire(sent, target(sent), headers))).toBe(200);
  });

  test.each(SENT)('aws4: %s', async (_what, sent) => {
    const { method, body } = sent;
    const unsigned = { host, path: target(sent), method, service, region, ...(body === undefined ? {} : { body }) };
    const { path, headers } = aws4.sign(unsigned, key);
    expect(await call(wire(sent, path, headers))).toBe(200);
  });

  test.each(SENT)('aws4fetch: %s', async (_what, sent) => {
    const { method, body } = sent;
    const client = new AwsClient({ ...key, service, region, retries: 0 });
    const url = `${gateway.publicUrl}${target(sent)}`;
    expect((await client.fetch(url, { method, ...(body === undefined ? {} : { body }) })).status).toBe(200);
  });

  describe('in the query by', () => {
    test.each(READS)('@smithy/signature-v4: %s', async (_what, sent) => {
      const { query = {} } = await smithy().presign(smithyRequest(sent), { expiresIn: 60 });
      expect(await call(wire(sent, target({ ...sent, query: query as Record<string, string> }), { host }))).toBe(200);
    });

    test.each(READS)('aws4: %s', async (_what, sent) => {
      const path = `${target(sent)}${target(sent).includes('?') ? '&' : '?'}X-Amz-Expires=60`;
      const signed = aws4.sign({ host, path, method: 'GET', service, region, signQuery: true }, key);
      expect(await call(wire(sent, signed.path, { host }))).toBe(200);
    });

    test.each(READS)('aws4fetch: %s', async (_what, sent) => {
      const client = new AwsClient({ ...key, service, region, retries: 0 });
      const url = new URL(gateway.publicUrl + target(sent));
      url.searchParams.set('X-Amz-Expires', '60');
      const signed = await client.sign(url.href, { method: sent.method, aws: { signQuery: true } });
      expect((await fetch(signed)).status).toBe(200);
    });
  });

  // `--aws-sigv4` came with 7.75.
  if (curlVersion() >= 7.75) {
    test.each(SENT)('curl: %s', async (_what, sent) => {
      const { stdout } = await promisify(execFile)('curl', [
        ...['--silent', '--aws-sigv4', `aws:amz:${region}:${service}`, '--user'],
        `${key.accessKeyId}:${key.secretAccessKey}`,
        ...['--request', sent.method, '--output', '/dev/null', '--write-out', '%{http_code}'],
        ...(sent.body === undefined ? [] : ['--data-raw', sent.body]),
        gateway.publicUrl + target(sent),
      ]);
      expect(stdout).toBe('200');
    });
  }
});

describe('no byte can be another one', () => {
  const order = {
    method: 'POST',
    target: '/shop/pets/7?dry=true&b=%2F',
    body: '{"n":1}',
    headers: ['x-amz-meta', 'a'],
  };

  /** Each byte of a text with its lowest bit, or its case, turned over. */
  const changed = (text: string): string[] =>
    Array.from(text).flatMap((_, at) =>
      [1, 0x20].map((bit) => text.slice(0, at) + String.fromCharCode(text.charCodeAt(at) ^ bit) + text.slice(at + 1)),
    );

  test('of method, path and query', async () => {
    const request = signedCall(gateway.publicUrl, key, order);
    expect(await call(request)).toBe(200);
    const methods = ['GET', 'PUT', 'PATCH', 'DELETE'].map((method) => ({ ...request, method }));
    const targets = changed(request.target)
      // What is no request target is refused before anybody looks at its signature.
      .filter((target) => /^\/[\x21-\x7e]*$/.test(target))
      .map((target) => ({ ...request, target }));
    const statuses = await Promise.all([...methods, ...targets].map(call));
    expect(statuses.filter((status) => status < 400)).toEqual([]);
    expect(statuses.filter((status) => status === 403).length).toBeGreaterThan(targets.length / 2);
  });

  test('of a signed header, the date and the signature', async () => {
    const request = signedCall(gateway.publicUrl, key, order);
    const mutants = request.headers.flatMap((value, at) =>
      at % 2 === 0
        ? []
        : changed(value)
            .filter((text) => /^[\x20-\x7e]*$/.test(text) && text.trim() === text)
            .map((text) => ({ ...request, headers: request.headers.with(at, text) })),
    );
    expect(mutants.length).toBeGreaterThan(400);
    const accepted: string[] = [];
    for (let at = 0; at < mutants.length; at += 50) {
      const some = mutants.slice(at, at + 50);
      const statuses = await Promise.all(some.map(call));
      some.forEach(({ headers }, index) => {
        if ((statuses[index] ?? 0) < 400) accepted.push(headers.join(' '));
      });
    }
    expect(accepted).toEqual([]);
  });

  test('of the body, and nothing can be added to it', async () => {
    const request = signedCall(gateway.publicUrl, key, order);
    const bodies = [...changed(order.body), '', `${order.body} `, order.body.slice(1)];
    const statuses = await Promise.all(bodies.map((body) => call({ ...request, body })));
    expect(new Set(statuses)).toEqual(new Set([403]));
  });

  test('of a presigned URL', async () => {
    const request = presignedCall(gateway.publicUrl, key, { target: '/shop/pets/7?dry=true' });
    expect(await call(request)).toBe(200);
    const targets = changed(request.target).filter((target) => /^\/[\x21-\x7e]*$/.test(target));
    const accepted: string[] = [];
    for (let at = 0; at < targets.length; at += 50) {
      const some = targets.slice(at, at + 50);
      const statuses = await Promise.all(some.map((target) => call({ ...request, target })));
      some.forEach((target, index) => {
        if ((statuses[index] ?? 0) < 400) accepted.push(target);
      });
    }
    expect(accepted).toEqual([]);
  });
});

describe('a signature is for one time and one place', () => {
  const get = { target: '/shop/pets' };
  test.each([
    ['six minutes old', { nowMs: Date.now() - 360_000 }],
    ['of six minutes ahead', { nowMs: Date.now() + 360_000 }],
    ['for another service', { service: 'sluice' }],
    ['for a function URL', { service: 'lambda' }],
  ])('%s is refused', async (_what, changed) => {
    expect(await call(signedCall(gateway.publicUrl, key, { ...get, ...changed }))).toBe(403);
  });

  test('in header and query at once is refused, and so is a header twice', async () => {
    const inHeader = signedCall(gateway.publicUrl, key, get);
    const inQuery = presignedCall(gateway.publicUrl, key, get);
    expect(await call({ ...inHeader, target: inQuery.target })).toBe(403);
    const at = inHeader.headers.indexOf('authorization');
    const twice = [...inHeader.headers, 'authorization', inHeader.headers[at + 1] ?? ''];
    expect(await call({ ...inHeader, headers: twice })).toBe(400);
  });

  test('an x-amz- header that was not signed is refused', async () => {
    const request = signedCall(gateway.publicUrl, key, get);
    expect(await call({ ...request, headers: [...request.headers, 'x-amz-extra', '1'] })).toBe(403);
  });

  test('a presigned URL cannot be good for longer than a week', async () => {
    const request = presignedCall(gateway.publicUrl, key, get);
    for (const expires of ['0', '604801', '-1', '1e3'])
      expect(await call({ ...request, target: request.target.replace('Expires=60', `Expires=${expires}`) })).toBe(403);
  });
});

function curlVersion(): number {
  try {
    const text = execFileSync('curl', ['--version'], { encoding: 'utf8' });
    return Number(/^curl (\d+\.\d+)/.exec(text)?.[1] ?? 0);
  } catch {
    return 0;
  }
}
