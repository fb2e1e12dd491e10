import { OUTCOME } from '@sluice/contracts';
import { type ReceivedInvocation } from '@sluice/invocation';
import { startTestRedis, waitFor, type TestRedis } from '@sluice/testing';
import {
  answerEverything,
  startScriptedRunner,
  startTestGateway,
  type TestGateway,
} from '../../../test-gateway.fixture';

type Event = Record<string, unknown>;
/** What the function `auth` does with an event: its answer, or an error. */
type Authorize = (event: Event) => unknown;

const ACCOUNT_ARN = 'arn:aws:execute-api:local:000000000000';
const HEAD = { durationUs: 1, initUs: 0 };

let redis: TestRedis;
let gateway: TestGateway;
let other: TestGateway;
let runner: { stop(): Promise<void> };
let authorize: Authorize = () => null;
let asked: Event[] = [];
/** The events of the function behind the routes. */
let served: Event[] = [];

class Thrown {
  constructor(readonly message: string) {}
}
const NEVER = Symbol('never answers');

beforeAll(async () => {
  redis = await startTestRedis();
  [gateway, other] = await Promise.all([startTestGateway(redis), startTestGateway(redis)]);
  runner = await startScriptedRunner(redis, (invocation) => {
    if (invocation.kind === 'probe') return answerEverything(invocation);
    const event = JSON.parse(invocation.event) as Event;
    if (invocation.functionName !== 'auth') {
      served.push(event);
      return invocation.answer(OUTCOME.ok, HEAD, '{"statusCode":200,"body":"in"}');
    }
    asked.push(event);
    answerAs(invocation, authorize(event));
  });
  for (const name of ['auth', 'hello']) {
    await gateway.request('PUT', `/v1/functions/${name}`, {
      body: 'export const handler = async () => 1;',
      headers: { 'content-type': 'text/plain' },
    });
  }
});
afterAll(async () => {
  await runner.stop();
  await Promise.all([gateway.stop(), other.stop()]);
  await redis.stop();
});
beforeEach(() => {
  asked = [];
  served = [];
});

function answerAs(invocation: ReceivedInvocation, answer: unknown): void {
  if (answer === NEVER) return;
  if (answer instanceof Thrown) {
    const error = JSON.stringify({ errorType: 'Error', errorMessage: answer.message, trace: [] });
    return invocation.answer(OUTCOME.functionError, HEAD, error);
  }
  invocation.answer(OUTCOME.ok, HEAD, JSON.stringify(answer));
}

const allow = (resource: string | string[], over: object = {}) => ({
  principalId: 'ann',
  policyDocument: {
    Version: '2012-10-17',
    Statement: [{ Action: 'execute-api:Invoke', Effect: 'Allow', Resource: resource }],
  },
  ...over,
});
const deny = () => ({
  principalId: 'ann',
  policyDocument: { Statement: [{ Action: 'execute-api:Invoke', Effect: 'Deny', Resource: '*' }] },
});

let apis = 0;
/** Declares an API whose routes all ask the function `auth`, and returns its name. */
async function declare(settings: object, routes: readonly string[], style = 'http'): Promise<string> {
  const name = `api-${++apis}`;
  const answer = await gateway.request('PUT', `/v1/apis/${name}`, {
    json: {
      apiStyle: style,
      authorizers: { auth: { type: 'function', function: 'auth', ...settings } },
      routes: routes.map((route) => ({
        route,
        integration: { type: 'function', function: 'hello' },
        authorization: { authorizer: 'auth' },
      })),
    },
  });
  expect(answer.text).not.toContain('"code"');
  return name;
}

const get = (path: string, headers: Record<string, string> = {}, at = gateway) =>
  fetch(`${at.publicUrl}${path}`, { headers });
const status = async (path: string, headers: Record<string, string> = {}, at = gateway): Promise<number> => {
  const response = await get(path, headers, at);
  await response.arrayBuffer();
  return response.status;
};
const ANN = { authorization: 'ann' };

describe('what an authorizer function is told', () => {
  test('TOKEN: the token and the method ARN, nothing else', async () => {
    const api = await declare({ event: 'TOKEN' }, ['GET /pets/{id}'], 'rest');
    authorize = ({ methodArn }) => allow(String(methodArn));
    expect(await status(`/${api}/pets/7?a=1`, ANN)).toBe(200);
    expect(asked).toEqual([
      { type: 'TOKEN', authorizationToken: 'ann', methodArn: `${ACCOUNT_ARN}:${api}/$default/GET/pets/7` },
    ]);
  });

  test('REQUEST 1.0 of a REST API: the request as AWS describes it, without its body', async () => {
    const api = await declare({ event: 'REQUEST-1.0' }, ['POST /pets/{id}'], 'rest');
    authorize = () => allow('*');
    const response = await fetch(`${gateway.publicUrl}/${api}/pets/7?a=1&a=2`, {
      method: 'POST',
      body: 'secret',
      headers: ANN,
    });
    expect(response.status).toBe(200);
    expect(asked[0]).toMatchObject({
      type: 'REQUEST',
      methodArn: `${ACCOUNT_ARN}:${api}/$default/POST/pets/7`,
      resource: '/pets/{id}',
      path: '/pets/7',
      httpMethod: 'POST',
      headers: { Authorization: 'ann' },
      queryStringParameters: { a: '2' },
      multiValueQueryStringParameters: { a: ['1', '2'] },
      pathParameters: { id: '7' },
      stageVariables: null,
      requestContext: { apiId: api, resourcePath: '/pets/{id}', stage: '$default' },
    });
    for (const member of ['version', 'body', 'isBase64Encoded', 'identitySource'])
      expect(asked[0]).not.toHaveProperty(member);
  });

  test('REQUEST 1.0 of an HTTP API: with version and identity source', async () => {
    const api = await declare(
      { event: 'REQUEST-1.0', identitySources: ['$request.header.X-One', '$request.querystring.two'] },
      ['GET /'],
    );
    authorize = () => allow('*');
    expect(await status(`/${api}/?two=2`, { 'x-one': '1' })).toBe(200);
    expect(asked[0]).toMatchObject({
      version: '1.0',
      type: 'REQUEST',
      identitySource: '1,2',
      authorizationToken: '1,2',
    });
  });

  test('REQUEST 2.0: route ARN, identity sources as a list, the request in format 2.0', async () => {
    const api = await declare(
      { identitySources: ['$request.header.authorization', '$context.routeKey', '$request.querystring.q'] },
      ['GET /pets/{id}'],
    );
    authorize = () => allow('*');
    expect(await status(`/${api}/pets/7?q=x%20y`, ANN)).toBe(200);
    expect(asked[0]).toMatchObject({
      version: '2.0',
      type: 'REQUEST',
      routeArn: `${ACCOUNT_ARN}:${api}/$default/GET/pets/7`,
      identitySource: ['ann', 'GET /pets/{id}', 'x y'],
      routeKey: 'GET /pets/{id}',
      rawPath: '/pets/7',
      rawQueryString: 'q=x%20y',
      headers: { authorization: 'ann' },
      queryStringParameters: { q: 'x y' },
      pathParameters: { id: '7' },
      requestContext: { apiId: api, http: { method: 'GET', path: '/pets/7' }, routeKey: 'GET /pets/{id}' },
    });
    expect(asked[0]).not.toHaveProperty('isBase64Encoded');
  });
});

describe('what the function behind the route is told', () => {
  test('the context, as its payload format has it', async () => {
    authorize = () => allow('*', { context: { role: 'admin', level: 7 } });
    const http = await declare({}, ['GET /']);
    expect(await status(`/${http}`, ANN)).toBe(200);
    expect(served.at(-1)).toMatchObject({ requestContext: { authorizer: { lambda: { role: 'admin', level: 7 } } } });
    const rest = await declare({ event: 'TOKEN' }, ['GET /'], 'rest');
    expect(await status(`/${rest}`, ANN)).toBe(200);
    expect(served.at(-1)).toMatchObject({
      requestContext: { authorizer: { principalId: 'ann', role: 'admin', level: '7' } },
    });
  });
});

describe('refusals', () => {
  const bodyOf = async (path: string, headers: Record<string, string> = ANN) => {
    const response = await get(path, headers);
    return {
      status: response.status,
      body: await response.json(),
      error: response.headers.get('x-sluice-error'),
    };
  };

  test('401 without asking when an identity source is missing or empty', async () => {
    authorize = () => allow('*');
    const api = await declare({ identitySources: ['$request.header.a', '$request.querystring.b'] }, ['GET /']);
    const answer = { status: 401, body: { message: 'Unauthorized' }, error: 'UNAUTHORIZED' };
    expect(await bodyOf(`/${api}`, {})).toEqual(answer);
    expect(await bodyOf(`/${api}`, { a: '1' })).toEqual(answer);
    expect(await bodyOf(`/${api}?b=1`, {})).toEqual(answer);
    expect(await bodyOf(`/${api}?b=`, { a: '1' })).toEqual(answer);
    expect(asked).toEqual([]);
    expect(await status(`/${api}?b=1`, { a: '1' })).toBe(200);
  });

  test('401 without asking when the whole token does not match the expression', async () => {
    authorize = () => allow('*');
    const api = await declare({ event: 'TOKEN', identityValidationExpression: 'Bearer [a-z]+' }, ['GET /'], 'rest');
    for (const authorization of ['Bearer 7', 'Bearer', 'x Bearer abc', 'Bearer abc!'])
      expect(await status(`/${api}`, { authorization })).toBe(401);
    expect(asked).toEqual([]);
    expect(await status(`/${api}`, { authorization: 'Bearer abc' })).toBe(200);
  });

  test('401 when the function throws exactly "Unauthorized", 500 for every other error', async () => {
    for (const [style, text] of [
      ['rest', 'Internal server error'],
      ['http', 'Internal Server Error'],
    ] as const) {
      const api = await declare({}, ['GET /'], style);
      authorize = () => new Thrown('Unauthorized');
      expect(await bodyOf(`/${api}`)).toEqual({
        status: 401,
        body: { message: 'Unauthorized' },
        error: 'UNAUTHORIZED',
      });
      for (const message of ['unauthorized', 'Unauthorized!', 'boom']) {
        authorize = () => new Thrown(message);
        expect(await bodyOf(`/${api}`)).toEqual({ status: 500, body: { message: text }, error: 'AUTHORIZER_FAILURE' });
      }
    }
  });

  test('403 when nothing allows it and when something denies it, in the words of the style', async () => {
    const rest = await declare({}, ['GET /'], 'rest');
    authorize = () => allow('arn:aws:execute-api:*:*:another/*');
    expect(await bodyOf(`/${rest}`)).toEqual({
      status: 403,
      body: { Message: 'User is not authorized to access this resource' },
      error: 'AUTHORIZER_DENIED',
    });
    authorize = deny;
    expect(await bodyOf(`/${rest}`, { authorization: 'denied' })).toEqual({
      status: 403,
      body: { Message: 'User is not authorized to access this resource with an explicit deny' },
      error: 'AUTHORIZER_DENIED',
    });
    const http = await declare({ simpleResponses: true }, ['GET /']);
    for (const answer of [{ isAuthorized: false }, deny()]) {
      authorize = () => answer;
      const identity = { authorization: JSON.stringify(answer) };
      expect(await bodyOf(`/${http}`, identity)).toEqual({
        status: 403,
        body: { message: 'Forbidden' },
        error: 'AUTHORIZER_DENIED',
      });
    }
  });

  test('500 for an answer that is none, which is not remembered', async () => {
    const api = await declare({ simpleResponses: true }, ['GET /']);
    authorize = () => ({ isAuthorized: 'true' });
    expect(await bodyOf(`/${api}`)).toEqual({
      status: 500,
      body: { message: 'Internal Server Error' },
      error: 'AUTHORIZER_CONFIGURATION_ERROR',
    });
    authorize = () => ({ isAuthorized: true });
    expect(await status(`/${api}`, ANN)).toBe(200);
    expect(served).toHaveLength(1);
  });

  test('500 when the function does not answer in time', async () => {
    const api = await declare({ timeoutMs: 300 }, ['GET /']);
    authorize = () => NEVER;
    expect(await bodyOf(`/${api}`)).toMatchObject({ status: 500, error: 'AUTHORIZER_FAILURE' });
    expect(served).toEqual([]);
  });

  test('414 when the ARN is longer than a policy can name', async () => {
    authorize = () => allow('*');
    const api = await declare({}, ['GET /{path+}'], 'rest');
    expect(await status(`/${api}/${'x'.repeat(1_600)}`, ANN)).toBe(414);
    expect(asked).toEqual([]);
    expect(await status(`/${api}/${'x'.repeat(1_400)}`, ANN)).toBe(200);
  });
});

describe('decisions that are kept', () => {
  test('serve the same identity at the same route, and nobody and nothing else', async () => {
    authorize = () => allow('*');
    const api = await declare({}, ['GET /a', 'POST /a', 'GET /b']);
    for (let round = 0; round < 3; round++) expect(await status(`/${api}/a`, ANN)).toBe(200);
    expect(asked).toHaveLength(1);
    await status(`/${api}/a`, { authorization: 'bob' });
    expect(asked).toHaveLength(2);
    await status(`/${api}/b`, ANN);
    expect(asked).toHaveLength(3);
    await fetch(`${gateway.publicUrl}/${api}/a`, { method: 'POST', headers: ANN });
    expect(asked).toHaveLength(4);
  });

  test('of one route never open another, whatever the answer looks like', async () => {
    const api = await declare({ simpleResponses: true }, ['ANY /a', 'ANY /b', 'GET /pets/{id}', 'GET /files/{path+}']);
    const answers: Record<string, Authorize> = {
      simple: () => ({ isAuthorized: true }),
      policy: ({ routeArn }) => allow(String(routeArn)),
    };
    for (const [authorization, answer] of Object.entries(answers)) {
      const identity = { authorization };
      authorize = answer;
      for (const path of ['a', 'pets/7', 'files/open']) expect(await status(`/${api}/${path}`, identity)).toBe(200);
      authorize = () => ({ isAuthorized: false });
      for (const path of ['b', 'pets/8', 'files/secret']) expect(await status(`/${api}/${path}`, identity)).toBe(403);
      const deletion = await fetch(`${gateway.publicUrl}/${api}/a`, { method: 'DELETE', headers: identity });
      expect(deletion.status).toBe(403);
      for (const path of ['a', 'pets/7']) expect(await status(`/${api}/${path}`, identity)).toBe(200);
    }
  });

  test('that do not speak of a path of the same route are asked again, not refused', async () => {
    const api = await declare({}, ['GET /pets/{id}']);
    authorize = ({ routeArn }) => allow(String(routeArn));
    for (const path of ['pets/7', 'pets/8', 'pets/7']) expect(await status(`/${api}/${path}`, ANN)).toBe(200);
    expect(asked).toHaveLength(3);
    authorize = () => allow(`${ACCOUNT_ARN}:${api}/*/GET/pets/*`);
    for (const path of ['pets/1', 'pets/2', 'pets/3'])
      expect(await status(`/${api}/${path}`, { authorization: 'bob' })).toBe(200);
    expect(asked).toHaveLength(4);
  });

  test('serve refusals as well, but never errors', async () => {
    const api = await declare({}, ['GET /']);
    authorize = deny;
    for (let round = 0; round < 3; round++) expect(await status(`/${api}`, ANN)).toBe(403);
    expect(asked).toHaveLength(1);
    authorize = () => new Thrown('boom');
    for (let round = 0; round < 3; round++) expect(await status(`/${api}`, { authorization: 'bob' })).toBe(500);
    expect(asked).toHaveLength(4);
  });

  test('are made by one call for fifty who come at once', async () => {
    const api = await declare({}, ['GET /']);
    authorize = () => allow('*');
    const statuses = await Promise.all(Array.from({ length: 50 }, () => status(`/${api}`, ANN)));
    expect(statuses).toEqual(Array(50).fill(200));
    expect(asked).toHaveLength(1);
  });

  test('are not kept with a TTL of 0, nor without identity sources', async () => {
    authorize = () => allow('*');
    for (const settings of [{ resultTtlSeconds: 0 }, { identitySources: [] }]) {
      asked = [];
      const api = await declare(settings, ['GET /']);
      for (let round = 0; round < 3; round++) expect(await status(`/${api}`, ANN)).toBe(200);
      expect(asked).toHaveLength(3);
    }
  });

  test('end with the next deployment and with the next version of the function', async () => {
    authorize = () => allow('*');
    const api = await declare({}, ['GET /']);
    await status(`/${api}`, ANN);
    const definition = (await gateway.request('GET', `/v1/apis/${api}`)).text;
    const { routes, authorizers } = JSON.parse(definition) as Event;
    await gateway.request('PUT', `/v1/apis/${api}`, { json: { routes, authorizers } });
    authorize = deny;
    expect(await status(`/${api}`, ANN)).toBe(403);
    authorize = () => allow('*');
    await gateway.request('PUT', '/v1/functions/auth', {
      body: 'export const handler = async () => 2;',
      headers: { 'content-type': 'text/plain' },
    });
    expect(await status(`/${api}`, ANN)).toBe(200);
  });

  test('are forgotten on every gateway by the time a purge is answered', async () => {
    authorize = ({ identitySource }) => allow('*', { principalId: (identitySource as string[])[0] });
    const api = await declare({}, ['GET /']);
    const BOB = { authorization: 'bob' };
    const ask = async () => {
      asked = [];
      for (const at of [gateway, other]) {
        expect(await status(`/${api}`, ANN, at)).toBe(200);
        expect(await status(`/${api}`, BOB, at)).toBe(200);
      }
      return asked.map(({ identitySource }) => (identitySource as string[])[0]);
    };
    const purge = async (query: string) => {
      const path = `/v1/apis/${api}/stages/$default/authorizers/cache${query}`;
      expect((await gateway.request('DELETE', path)).status).toBe(204);
    };
    await waitFor(async () => (await status(`/${api}`, ANN, other)) === 200);
    await ask();
    expect(await ask()).toEqual([]);
    await purge('?principal=ann');
    expect(await ask()).toEqual(['ann', 'ann']);
    await purge('');
    expect(await ask()).toEqual(['ann', 'bob', 'ann', 'bob']);
  });

  test('of an API or stage that is not there cannot be purged', async () => {
    const purge = (api: string, stage: string) =>
      gateway.request('DELETE', `/v1/apis/${api}/stages/${stage}/authorizers/cache`);
    expect((await purge('nobody', '$default')).body).toMatchObject({ code: 'API_NOT_FOUND' });
    const api = await declare({}, ['GET /']);
    expect((await purge(api, 'nowhere')).body).toMatchObject({ code: 'STAGE_NOT_FOUND' });
  });
});

describe('definitions that cannot work are refused, and say where', () => {
  const integration = { type: 'function', function: 'hello' };
  test.each([
    ['an authorizer that is not declared', {}, { authorizer: 'nobody' }, 'no authorizer \\"nobody\\"'],
    ['scopes of a function', {}, { authorizer: 'auth', scopes: ['read'] }, 'goes with authorizers of type jwt'],
    ['a function that is not there', { function: 'nobody' }, { authorizer: 'auth' }, 'no function \\"nobody\\"'],
    [
      'a pattern that could hang the gateway',
      { event: 'TOKEN', identityValidationExpression: '(a)\\1' },
      { authorizer: 'auth' },
      'Cannot be executed in linear time',
    ],
    [
      'a pattern that is none',
      { event: 'TOKEN', identityValidationExpression: 'a)(b' },
      { authorizer: 'auth' },
      'identityValidationExpression',
    ],
  ])('%s', async (_what, settings, authorization, why) => {
    const authorizers = { auth: { type: 'function', function: 'auth', ...settings } };
    const routes = [{ route: 'GET /', integration, authorization }];
    const answer = await gateway.request('PUT', '/v1/apis/refused', { json: { authorizers, routes } });
    expect(answer.status).toBe(400);
    expect(answer.text).toContain(why);
  });
});
