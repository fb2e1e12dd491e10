import { execFileSync } from 'node:child_process';
import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { AwsClient } from 'aws4fetch';
import { createRequire } from 'node:module';
import { call, E2ePlatform, type Answer } from './index';

interface Aws4Request {
  readonly host: string;
  readonly path: string;
  readonly method: string;
  readonly body?: string;
  readonly headers?: Record<string, string>;
  readonly service: string;
  readonly region: string;
}
// aws4 has no types of its own.
const aws4 = createRequire(__filename)('aws4') as {
  sign(
    request: Aws4Request,
    key: { readonly accessKeyId: string; readonly secretAccessKey: string },
  ): { headers: Record<string, string> };
};

const SOURCE = 'export const handler = async () => ({ statusCode: 200 });';
/** Needs encoding in a path and in a query, sorted otherwise than written. */
const PATH = '/v1/functions/present?b=1%202&B=%C3%A4&a=%2F';

describe('who may use the control plane', () => {
  let platform: E2ePlatform;
  let adminUrl: string;
  let key: { accessKeyId: string; secretAccessKey: string };
  beforeAll(async () => {
    platform = await E2ePlatform.start();
    adminUrl = platform.started.adminUrl.replace(/\/$/, '');
    key = platform.started.rootKey;
    await platform.deploy('present', SOURCE);
  }, 60_000);
  afterAll(() => platform.stop());

  const basic = (id: string, secret: string): { authorization: string } => ({
    authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
  });

  test('nobody without credentials, and the answer says how to send them', async () => {
    const { status, json } = await call(`${adminUrl}/v1/functions`);
    expect([status, json]).toEqual([
      401,
      {
        code: 'UNAUTHENTICATED',
        message: expect.stringContaining('--user') as unknown,
        requestId: expect.stringMatching(/.+/) as unknown,
      },
    ]);
  });

  test('the root key by HTTP Basic', async () => {
    const answer = await call(`${adminUrl}/v1/functions`, { headers: basic(key.accessKeyId, key.secretAccessKey) });
    expect(answer.status).toBe(200);
  });

  test('an unknown key and a wrong secret read the same', async () => {
    const answers = await Promise.all(
      [basic(key.accessKeyId, 'wrong'), basic('AKIDNOBODY', key.secretAccessKey), basic(key.accessKeyId, '')].map(
        (headers) => call(`${adminUrl}/v1/functions`, { headers }),
      ),
    );
    const shown = answers.map(({ status, json }) => ({ status, ...(json as object), requestId: '' }));
    expect(shown).toEqual([shown[0], shown[0], shown[0]]);
    expect(shown[0]).toMatchObject({ status: 401 });
  });

  test.each([
    ['GET', '/v1/functions'],
    ['PUT', '/v1/functions/x'],
    ['DELETE', '/v1/functions/present'],
    ['POST', '/v1/functions/present/invocations'],
    ['GET', '/v1/functions/present/logs'],
    ['PUT', '/v1/apis/x'],
    ['GET', '/v1/limits'],
  ])('%s %s is closed to strangers', async (method, path) => {
    expect((await call(adminUrl + path, { method, body: '{}' })).status).toBe(401);
  });

  test.each(['/health/live', '/health/ready', '/metrics', '/openapi.json', '/docs'])('%s is open', async (path) => {
    expect((await call(adminUrl + path)).status).toBe(200);
  });

  test('the control plane is not on the public listener', async () => {
    for (const path of ['/v1/functions', '/metrics', '/openapi.json', '/health/ready'])
      expect((await platform.call(path, { headers: basic(key.accessKeyId, key.secretAccessKey) })).status).toBe(404);
  });

  test.each(['sluice', 'lambda', 'apigateway', 'execute-api'])('aws4 signs for service %s', async (service) => {
    expect((await signedByAws4({ service })).status).toBe(200);
  });

  test('@smithy/signature-v4, as the AWS SDKs sign, with a body', async () => {
    const { hostname, host, port } = new URL(adminUrl);
    const signer = new SignatureV4({ service: 'lambda', region: 'eu-central-1', sha256: Sha256, credentials: key });
    const signed = await signer.sign({
      method: 'PUT',
      protocol: 'http:',
      hostname,
      port: Number(port),
      path: '/v1/functions/by-smithy',
      query: { timeoutMs: '1000', memoryMb: '64' },
      headers: { host, 'content-type': 'application/typescript' },
      body: SOURCE,
    });
    const answer = await call(`${adminUrl}/v1/functions/by-smithy?timeoutMs=1000&memoryMb=64`, {
      method: 'PUT',
      headers: signed.headers,
      body: SOURCE,
    });
    expect([answer.status, answer.json]).toEqual([201, expect.objectContaining({ name: 'by-smithy' })]);
  });

  test('aws4fetch, with a body', async () => {
    const client = new AwsClient({ ...key, service: 'apigateway', region: 'us-east-1' });
    const response = await client.fetch(`${adminUrl}/v1/functions/by-aws4fetch`, {
      method: 'PUT',
      headers: { 'content-type': 'application/typescript' },
      body: SOURCE,
    });
    expect(response.status).toBe(201);
  });

  const hasCurl = commandWorks('curl', ['--version']) && curlVersion() >= 7.75;
  // What curl signs is held by recorded requests in libs/signature-v4; this is the program itself, where there is one.
  if (hasCurl) {
    test('curl --aws-sigv4, with a body and a query', () => {
      const output = execFileSync(
        'curl',
        [
          '-s',
          '-w',
          '%{http_code}',
          '-o',
          '/dev/null',
          '--aws-sigv4',
          'aws:amz:eu-west-1:sluice',
          '--user',
          `${key.accessKeyId}:${key.secretAccessKey}`,
          '-X',
          'PUT',
          '-H',
          'content-type: application/typescript',
          '--data-binary',
          SOURCE,
          `${adminUrl}/v1/functions/by-curl?timeoutMs=1000&memoryMb=64`,
        ],
        { encoding: 'utf8' },
      );
      expect(output).toBe('201');
    });
  }

  test.each([
    ['another method', { method: 'DELETE' }],
    ['another path', { path: PATH.replace('present', 'absent') }],
    ['another query', { path: PATH.replace('%20', '%21') }],
    ['another host', { headers: { host: 'other' } }],
    ['another secret', { secret: 'x'.repeat(40) }],
    ['a service of nobody', { service: 's3' }],
    ['an old date', { date: '20200101T000000Z' }],
  ])('a signature for %s is refused', async (_what, change) => {
    const { status, json } = await signedByAws4(change);
    expect([status, json]).toEqual([403, expect.objectContaining({ code: 'SIGNATURE_INVALID' })]);
  });

  test('a signature for another body is refused, and nothing is stored', async () => {
    const { host } = new URL(adminUrl);
    const path = '/v1/functions/tampered';
    const headers = { 'content-type': 'application/typescript' };
    const signed = aws4.sign(
      { host, path, service: 'lambda', region: 'eu-west-1', method: 'PUT', headers, body: SOURCE },
      key,
    );
    const answer = await call(adminUrl + path, {
      method: 'PUT',
      headers: signed.headers,
      body: SOURCE.replace('200', '500'),
    });
    expect(answer.status).toBe(403);
    expect((await platform.controlPlane.get(path)).status).toBe(404);
  });

  /** Signs a GET and sends it with the change made after signing. */
  function signedByAws4(change: {
    method?: string;
    path?: string;
    headers?: Record<string, string>;
    secret?: string;
    service?: string;
    date?: string;
  }): Promise<Answer> {
    const { host } = new URL(adminUrl);
    const signed = aws4.sign(
      {
        host,
        path: PATH,
        service: change.service ?? 'sluice',
        region: 'eu-west-1',
        method: 'GET',
        headers: change.date === undefined ? {} : { 'X-Amz-Date': change.date },
      },
      { ...key, ...(change.secret === undefined ? {} : { secretAccessKey: change.secret }) },
    );
    return call(adminUrl + (change.path ?? PATH), {
      method: change.method ?? 'GET',
      headers: { ...signed.headers, ...change.headers },
    });
  }
});

function commandWorks(command: string, args: string[]): boolean {
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** `--aws-sigv4` came with 7.75. */
function curlVersion(): number {
  return Number(/^curl (\d+\.\d+)/.exec(execFileSync('curl', ['--version'], { encoding: 'utf8' }))?.[1] ?? 0);
}
