import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { OUTCOME } from '@sluice/contracts';
import { startTestRedis, type TestRedis } from '@sluice/testing';
import {
  answerEverything,
  startScriptedRunner,
  startTestGateway,
  TEST_CREDENTIALS,
  type TestGateway,
} from '../../test-gateway.fixture';
import { presignedCall, send, signedCall, type Credentials, type WireAnswer } from '../access/signed-client.fixture';

interface Event {
  readonly headers: Readonly<Record<string, string>>;
  readonly rawQueryString: string;
  readonly queryStringParameters?: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly requestContext: {
    readonly authorizer?: { readonly iam?: object };
    readonly identity: Readonly<Record<string, string | null>>;
  };
}

let redis: TestRedis;
let gateway: TestGateway;
let runner: { stop(): Promise<void> };
let ann: Credentials;
let annId: string;
const ANN = 'arn:aws:iam::000000000000:user/ann';
const integration = { type: 'function', function: 'echo' };
const statement = (Effect: string, Resource: string, more = {}) => ({
  Effect,
  Action: 'execute-api:Invoke',
  Resource,
  ...more,
});
const document = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });
const put = async (path: string, json: unknown): Promise<void> => {
  const { status, text } = await gateway.request('PUT', path, { json });
  expect({ status: Math.floor(status / 100), text }).toMatchObject({ status: 2 });
};
const allowAnn = (...statements: object[]) => put('/v1/users/ann/policies/test', document(...statements));
const call = (request: Parameters<typeof send>[1]): Promise<WireAnswer> => send(gateway.publicUrl, request);
const get = (target: string, key: Credentials = ann) => call(signedCall(gateway.publicUrl, key, { target }));
const eventOf = ({ status, text }: WireAnswer): Event => {
  expect({ status, text }).toMatchObject({ status: 200 });
  return JSON.parse(text) as Event;
};

beforeAll(async () => {
  redis = await startTestRedis();
  gateway = await startTestGateway(redis, { SLUICE_EGRESS_ALLOW: '127.0.0.1:*' });
  runner = await startScriptedRunner(redis, (invocation) => {
    if (invocation.kind === 'probe') return answerEverything(invocation);
    const answer = JSON.stringify({ statusCode: 200, body: invocation.event });
    invocation.answer(OUTCOME.ok, { durationUs: 1_000, initUs: 0 }, answer);
  });
  for (const query of ['', '-url?url=IAM']) {
    await gateway.request('PUT', `/v1/functions/echo${query}`, {
      body: 'export const handler = async (event) => event;',
      headers: { 'content-type': 'text/plain' },
    });
  }
  await put('/v1/users/ann', {});
  annId = (JSON.parse((await gateway.request('GET', '/v1/users/ann')).text) as { userId: string }).userId;
  ann = JSON.parse((await gateway.request('POST', '/v1/users/ann/access-keys')).text) as Credentials;
  for (const apiStyle of ['http', 'rest']) {
    await put(`/v1/apis/${apiStyle}`, {
      apiStyle,
      routes: [
        { route: 'GET /pets/{id}', integration, authorization: 'IAM' },
        { route: 'POST /pets', integration, authorization: 'IAM' },
        { route: 'POST /unsigned', integration, authorization: 'IAM', allowUnsignedPayload: true },
        { route: 'GET /open', integration },
      ],
    });
  }
});
beforeEach(() => allowAnn(statement('Allow', '*')));
afterAll(async () => {
  await runner.stop();
  await gateway.stop();
  await redis.stop();
});

describe('who is let in', () => {
  test('whom a policy allows the route, with method and path, and root', async () => {
    await allowAnn(statement('Allow', 'arn:aws:execute-api:*:*:http/$default/GET/pets/7'));
    expect((await get('/http/pets/7')).status).toBe(200);
    expect((await get('/http/pets/8')).status).toBe(403);
    expect((await get('/rest/pets/7')).status).toBe(403);
    expect((await get('/rest/pets/7', TEST_CREDENTIALS)).status).toBe(200);
  });

  test('nobody whom a policy denies it, whatever allows it', async () => {
    await allowAnn(statement('Allow', '*'), statement('Deny', 'arn:aws:execute-api:*:*:*/*/GET/pets/7'));
    expect([(await get('/http/pets/7')).status, (await get('/http/pets/8')).status]).toEqual([403, 200]);
  });

  test('nobody with a key that was switched off', async () => {
    const key = `/v1/users/ann/access-keys/${ann.accessKeyId}`;
    await gateway.request('PATCH', key, { json: { status: 'Inactive' } });
    const refused = await get('/http/pets/7');
    await gateway.request('PATCH', key, { json: { status: 'Active' } });
    expect([refused.status, (await get('/http/pets/7')).status]).toEqual([403, 200]);
  });

  test('routes without authorization stay open', async () => {
    expect((await fetch(`${gateway.publicUrl}/http/open`)).status).toBe(200);
  });
});

describe('refusals are answered as AWS does', () => {
  const refused = async (answer: Promise<WireAnswer>) => {
    const { status, headers, text } = await answer;
    return [status, headers['x-amzn-errortype'], headers['x-sluice-error'], JSON.parse(text) as unknown];
  };
  const unsigned = (target: string) => call({ method: 'GET', target, headers: ['host', 'h'], body: '' });
  const wrong = () => ({ ...ann, secretAccessKey: 'x'.repeat(40) });
  const expired = (api: string) =>
    call(presignedCall(gateway.publicUrl, ann, { target: `/${api}/pets/7`, nowMs: Date.now() - 120_000 }));

  test('rest: each with its own body and type', async () => {
    expect(await refused(unsigned('/rest/pets/7'))).toEqual([
      403,
      'MissingAuthenticationTokenException',
      'MISSING_AUTHENTICATION_TOKEN',
      { message: 'Missing Authentication Token' },
    ]);
    expect(await refused(get('/rest/pets/7', wrong()))).toEqual([
      403,
      'InvalidSignatureException',
      'INVALID_SIGNATURE',
      { message: expect.stringContaining('The request signature we calculated does not match') as string },
    ]);
    expect(await refused(expired('rest'))).toEqual([
      403,
      'ExpiredTokenException',
      'EXPIRED_TOKEN',
      { message: expect.stringContaining('expired') as string },
    ]);
    await allowAnn(statement('Allow', '*'), statement('Deny', '*'));
    const arn = 'arn:aws:execute-api:local:000000000000:rest/$default/GET/pets/7';
    expect(await refused(get('/rest/pets/7'))).toEqual([
      403,
      'AccessDeniedException',
      'AUTHORIZER_DENIED',
      {
        Message: `User: ${ANN} is not authorized to perform: execute-api:Invoke on resource: ${arn} with an explicit deny`,
      },
    ]);
  });

  test('another scheme of Authorization is no signature', async () => {
    const headers = ['host', 'h', 'authorization', 'Basic YTpi'];
    const answer = await call({ method: 'GET', target: '/rest/pets/7', headers, body: '' });
    expect(answer.headers['x-sluice-error']).toBe('MISSING_AUTHENTICATION_TOKEN');
    expect(answer.headers['x-sluice-reason']).toContain('Sign the request with AWS Signature Version 4');
  });

  test('http: all alike, told apart by x-sluice-error', async () => {
    const forbidden = { message: 'Forbidden' };
    expect(await refused(unsigned('/http/pets/7'))).toEqual([
      403,
      undefined,
      'MISSING_AUTHENTICATION_TOKEN',
      forbidden,
    ]);
    expect(await refused(get('/http/pets/7', wrong()))).toEqual([403, undefined, 'INVALID_SIGNATURE', forbidden]);
    expect(await refused(expired('http'))).toEqual([403, undefined, 'EXPIRED_TOKEN', forbidden]);
    await allowAnn(statement('Deny', '*'));
    expect(await refused(get('/http/pets/7'))).toEqual([403, undefined, 'AUTHORIZER_DENIED', forbidden]);
  });

  test('a path whose ARN no policy could name is too long', async () => {
    expect((await get(`/rest/pets/${'7'.repeat(1_600)}`)).status).toBe(414);
  });
});

describe('what the function sees', () => {
  test('2.0: the caller, and neither the signature nor its header', async () => {
    const event = eventOf(await get('/http/pets/7?b=2&a=1'));
    expect(event.requestContext.authorizer).toEqual({
      iam: {
        accessKey: ann.accessKeyId,
        accountId: '000000000000',
        callerId: annId,
        cognitoIdentity: null,
        principalOrgId: null,
        userArn: ANN,
        userId: annId,
      },
    });
    expect(event.headers).not.toHaveProperty('authorization');
    expect(event.headers).toHaveProperty('x-amz-date');
    expect(event.rawQueryString).toBe('b=2&a=1');
  });

  test('1.0: the caller in identity', async () => {
    const event = eventOf(await get('/rest/pets/7'));
    expect(event.requestContext.identity).toMatchObject({
      accessKey: ann.accessKeyId,
      accountId: '000000000000',
      caller: annId,
      user: annId,
      userArn: ANN,
    });
    expect(Object.keys(event.headers).map((name) => name.toLowerCase())).not.toContain('authorization');
  });

  test('of a presigned URL: its own query only', async () => {
    const event = eventOf(await call(presignedCall(gateway.publicUrl, ann, { target: '/http/pets/7?b=2&a=%C3%A4' })));
    expect([event.rawQueryString, event.queryStringParameters]).toEqual(['b=2&a=%C3%A4', { a: 'ä', b: '2' }]);
    const plain = eventOf(await call(presignedCall(gateway.publicUrl, ann, { target: '/http/pets/7' })));
    expect([plain.rawQueryString, plain.queryStringParameters]).toEqual(['', undefined]);
  });

  test('an Authorization that nobody verified is still the function’s', async () => {
    const answer = await fetch(`${gateway.publicUrl}/http/open`, { headers: { authorization: 'Bearer x' } });
    expect(((await answer.json()) as Event).headers).toMatchObject({ authorization: 'Bearer x' });
  });
});

describe('bodies', () => {
  const order = { method: 'POST', target: '/http/pets', body: '{"pet":"cat"}' };

  test('the signed one arrives; any other is refused before the function runs', async () => {
    const request = signedCall(gateway.publicUrl, ann, order);
    expect(eventOf(await call(request)).body).toBe(order.body);
    for (const body of ['{"pet":"dog"}', '', `${order.body} `]) {
      expect((await call({ ...request, body })).headers['x-sluice-error']).toBe('INVALID_SIGNATURE');
    }
  });

  test('one whose hash was not sent is read first, up to 1 MiB', async () => {
    const request = presignedCall(gateway.publicUrl, ann, order);
    expect(eventOf(await call(request)).body).toBe(order.body);
    expect((await call({ ...request, body: '{"pet":"dog"}' })).headers['x-sluice-error']).toBe('INVALID_SIGNATURE');
    const large = { ...order, body: 'x'.repeat(1024 * 1024 + 1) };
    expect((await call(presignedCall(gateway.publicUrl, ann, large))).status).toBe(413);
  });

  test('UNSIGNED-PAYLOAD is taken only where the route allows it', async () => {
    const unsigned = (target: string) =>
      call(signedCall(gateway.publicUrl, ann, { ...order, target }, 'UNSIGNED-PAYLOAD'));
    expect(eventOf(await unsigned('/http/unsigned')).body).toBe(order.body);
    expect((await unsigned('/http/pets')).headers['x-sluice-error']).toBe('INVALID_SIGNATURE');
  });
});

describe('behind a signed route', () => {
  test('answers are cached per caller, and replaced only by who may execute-api:InvalidateCache', async () => {
    const cache = {
      ttlSeconds: 300,
      requireAuthorizationForInvalidation: true,
      unauthorizedInvalidation: 'FAIL_WITH_403',
    };
    await put('/v1/apis/cached', { routes: [{ route: 'GET /x', integration, authorization: 'IAM', cache }] });
    const cached = async (key: Credentials, headers: string[] = []) => {
      const answer = await call(signedCall(gateway.publicUrl, key, { target: '/cached/x', headers }));
      return [answer.status, answer.headers['x-cache']];
    };
    expect([await cached(ann), await cached(ann)]).toEqual([
      [200, 'MISS'],
      [200, 'HIT'],
    ]);
    expect(await cached(TEST_CREDENTIALS)).toEqual([200, 'MISS']);
    const replace = ['cache-control', 'max-age=0'];
    expect((await cached(ann, replace))[0]).toBe(403);
    await allowAnn(statement('Allow', '*'), { ...statement('Allow', '*'), Action: 'execute-api:InvalidateCache' });
    expect((await cached(ann, replace))[0]).toBe(200);
  });

  test('an upstream gets neither signature nor Authorization, and no body but the one that was signed', async () => {
    const received: { url: string | undefined; authorization: string | undefined; body: string }[] = [];
    const upstream = createServer((request, response) => {
      void text(request).then((body) => {
        received.push({ url: request.url, authorization: request.headers.authorization, body });
        response.end('ok');
      });
    });
    await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
    try {
      const url = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}/x`;
      await put('/v1/apis/proxied', {
        routes: [{ route: 'POST /x', integration: { type: 'http-proxy', url }, authorization: 'IAM' }],
      });
      const order = { method: 'POST', target: '/proxied/x?a=1', body: 'an order' };
      const signed = signedCall(gateway.publicUrl, ann, order);
      const presigned = presignedCall(gateway.publicUrl, ann, order);
      expect([(await call(signed)).status, (await call(presigned)).status]).toEqual([200, 200]);
      expect([
        (await call({ ...signed, body: 'an 0rder' })).status,
        (await call({ ...presigned, body: 'an 0rder' })).status,
      ]).toEqual([403, 403]);
    } finally {
      upstream.closeAllConnections();
      upstream.close();
    }
    const seen = { url: '/x?a=1', authorization: undefined, body: 'an order' };
    expect(received).toEqual([seen, seen]);
  });
});

describe('function URLs with auth IAM', () => {
  const target = '/functions/echo-url/x?a=1';
  const callUrl = (service = 'lambda') => call(signedCall(gateway.publicUrl, ann, { target, service }));
  const onUrl = (Effect: string, more = {}) => ({
    Effect,
    Action: 'lambda:InvokeFunctionUrl',
    Resource: 'arn:aws:lambda:local:000000000000:function:echo-url',
    ...more,
  });

  test('let in who signed for lambda and is allowed lambda:InvokeFunctionUrl', async () => {
    await allowAnn(onUrl('Allow'));
    expect(eventOf(await callUrl()).requestContext.authorizer?.iam).toMatchObject({ userArn: ANN });
    expect((await callUrl('execute-api')).status).toBe(403);
    await allowAnn(onUrl('Allow', { Condition: { StringEquals: { 'lambda:FunctionUrlAuthType': 'NONE' } } }));
    expect((await callUrl()).status).toBe(403);
  });

  test('refuse everybody else in AWS’s words', async () => {
    await allowAnn(statement('Allow', '*'));
    const unsigned = call({ method: 'GET', target, headers: ['host', 'h'], body: '' });
    for (const { status, headers, text } of [await callUrl(), await unsigned]) {
      expect([status, headers['x-amzn-errortype']]).toEqual([403, 'AccessDeniedException']);
      expect(JSON.parse(text)).toEqual({
        Message:
          'Forbidden. For troubleshooting Function URL authorization issues, see: ' +
          'https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html',
      });
    }
  });

  test('the function’s resource policy may allow or deny as well, at once', async () => {
    await allowAnn(statement('Allow', '*'));
    await put('/v1/functions/echo-url/policy', document(onUrl('Allow', { Principal: { AWS: ANN } })));
    expect((await callUrl()).status).toBe(200);
    await allowAnn(onUrl('Allow'));
    await put('/v1/functions/echo-url/policy', document(onUrl('Deny', { Principal: { AWS: ANN } })));
    expect((await callUrl()).status).toBe(403);
    await gateway.request('DELETE', '/v1/functions/echo-url/policy');
    expect((await callUrl()).status).toBe(200);
  });

  test('an open URL that becomes IAM asks from the next request on', async () => {
    const set = (auth: string) =>
      gateway.request('PATCH', '/v1/functions/echo-url/config', { json: { url: { auth } } });
    await set('NONE');
    expect((await fetch(gateway.publicUrl + target)).status).toBe(200);
    await set('IAM');
    expect((await fetch(gateway.publicUrl + target)).status).toBe(403);
  });
});
