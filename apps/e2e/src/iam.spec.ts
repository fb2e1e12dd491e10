import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { call, E2ePlatform, type Answer } from './index';

interface Key {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}
// aws4 has no types of its own.
const { sign } = createRequire(__filename)('aws4') as {
  sign(this: void, request: object, key: Key): { path: string; headers: Record<string, string> };
};

const CALLER = `export const handler = async (event: any) => ({
  caller: event.requestContext.authorizer?.iam?.userArn ?? null,
  authorization: event.headers.authorization ?? null,
  query: event.rawQueryString,
  body: event.body ?? null,
});`;

describe('users with access keys', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'sluice-iam-e2e-'));
  let platform: E2ePlatform;
  let publicUrl: string;
  let key: Key;

  beforeAll(async () => {
    await start();
    await platform.deploy('caller', CALLER, { url: 'IAM' });
    await control('PUT', '/v1/apis/shop', {
      routes: ['GET /orders/{id}', 'POST /orders'].map((route) => ({
        route,
        integration: { type: 'function', function: 'caller' },
        authorization: 'IAM',
      })),
    });
    await control('PUT', '/v1/users/ann', {});
    key = (await control('POST', '/v1/users/ann/access-keys', {})).json as Key;
  }, 60_000);
  afterAll(async () => {
    await platform.stop();
    rmSync(dataDir, { recursive: true, force: true });
  });

  async function start(): Promise<void> {
    platform = await E2ePlatform.start({ dataDir });
    publicUrl = platform.started.publicUrl.replace(/\/$/, '');
  }

  async function control(method: string, path: string, value: object): Promise<Answer> {
    const answer = await platform.controlPlane.json(method, path, value);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer;
  }
  const allow = (Action: string, Resource: string) =>
    control('PUT', '/v1/users/ann/policies/test', {
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Action, Resource },
    });
  function signed(method: string, path: string, options: { body?: string; service?: string } = {}): Promise<Answer> {
    const { body, service = 'execute-api' } = options;
    const { host } = new URL(publicUrl);
    const unsigned = { host, path, method, service, region: 'local', ...(body === undefined ? {} : { body }) };
    const { headers } = sign(unsigned, key);
    return call(publicUrl + path, { method, headers, ...(body === undefined ? {} : { body }) });
  }

  test('call the routes their policies name, and the function knows who called', async () => {
    await allow('execute-api:Invoke', 'arn:aws:execute-api:*:*:shop/*/GET/orders/*');
    const answer = await signed('GET', '/shop/orders/7?b=2&a=1');
    expect([answer.status, answer.json]).toEqual([
      200,
      { caller: 'arn:aws:iam::000000000000:user/ann', authorization: null, query: 'b=2&a=1', body: null },
    ]);
    expect((await signed('POST', '/shop/orders', { body: 'x' })).status).toBe(403);
    expect((await platform.call('/shop/orders/7')).status).toBe(403);
  });

  test('call function URLs that ask for a signature', async () => {
    await allow('lambda:InvokeFunctionUrl', 'arn:aws:lambda:*:*:function:caller');
    const answer = await signed('POST', '/functions/caller/', { body: 'hello', service: 'lambda' });
    expect([answer.status, answer.json]).toEqual([
      200,
      { caller: 'arn:aws:iam::000000000000:user/ann', authorization: null, query: '', body: 'hello' },
    ]);
    expect((await platform.call('/functions/caller/')).json).toEqual({
      Message: expect.stringMatching(/^Forbidden\. For troubleshooting Function URL authorization issues/) as unknown,
    });
  });

  test('are still there, with their keys, policies and last uses, after a restart', async () => {
    await allow('execute-api:Invoke', '*');
    await platform.stop();
    await start();
    expect((await signed('GET', '/shop/orders/7')).status).toBe(200);
    const { json } = await platform.controlPlane.get('/v1/users/ann/access-keys');
    expect(json).toMatchObject({ accessKeys: [{ accessKeyId: key.accessKeyId, lastUsedService: 'execute-api' }] });
  });
});
