import { OUTCOME } from '@sluice/contracts';
import { startTestRedis, type TestRedis } from '@sluice/testing';
import {
  answerEverything,
  startScriptedRunner,
  startTestGateway,
  type Answer,
  type TestGateway,
} from '../../test-gateway.fixture';

let redis: TestRedis;
let gateway: TestGateway;
let other: TestGateway;
let runner: { stop(): Promise<void> };

/** Functions answer what the event tells about the stage and which function was asked. */
beforeAll(async () => {
  redis = await startTestRedis();
  [gateway, other] = await Promise.all([startTestGateway(redis), startTestGateway(redis)]);
  runner = await startScriptedRunner(redis, (invocation) => {
    if (invocation.kind === 'probe') return answerEverything(invocation);
    const event = JSON.parse(invocation.event) as Record<string, unknown>;
    const body = JSON.stringify({ function: invocation.functionName, event });
    invocation.answer(OUTCOME.ok, { durationUs: 1, initUs: 0 }, JSON.stringify({ statusCode: 200, body }));
  });
  for (const name of ['one', 'two']) {
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

const route = (name: string, key = 'GET /'): object => ({
  route: key,
  integration: { type: 'function', function: name },
});
const put = (path: string, json: unknown): Promise<Answer> => gateway.request('PUT', `/v1/apis/${path}`, { json });
const post = (path: string, json?: unknown): Promise<Answer> =>
  gateway.request('POST', `/v1/apis/${path}`, json === undefined ? {} : { json });
const get = (path: string): Promise<Answer> => gateway.request('GET', `/v1/apis/${path}`);

interface Called {
  readonly status: number;
  readonly function?: string;
  readonly event?: {
    readonly rawPath?: string;
    readonly stageVariables?: Record<string, string>;
    readonly requestContext?: Record<string, unknown>;
  };
}
async function call(path: string, at: TestGateway = gateway): Promise<Called> {
  const response = await fetch(`${at.publicUrl}/${path}`);
  return { status: response.status, ...((await response.json()) as object) };
}

async function twoDeployments(api: string): Promise<[first: string, second: string]> {
  const first = await put(api, { routes: [route('one')] });
  const second = await put(api, { routes: [route('two')] });
  return [first.body.deploymentId, second.body.deploymentId];
}

describe('a stage', () => {
  test('serves the deployment it names under its own path, and the stage is in the event as on AWS', async () => {
    const [first] = await twoDeployments('staged');
    const created = await put('staged/stages/prod', { deploymentId: first, variables: { color: 'blue' } });
    expect(created.status).toBe(201);
    expect(created.body).toMatchObject({ name: 'prod', deploymentId: first, url: `${gateway.publicUrl}/staged/prod` });
    const answer = await call('staged/prod');
    expect(answer).toMatchObject({ status: 200, function: 'one' });
    expect(answer.event).toMatchObject({
      rawPath: '/prod/',
      stageVariables: { color: 'blue' },
      requestContext: { stage: 'prod' },
    });
    expect(await call('staged')).toMatchObject({ function: 'two', event: { rawPath: '/' } });
    expect((await get('staged/stages')).text).toContain('"name":"prod"');
  });

  test('settings act at once on every gateway, without a deployment', async () => {
    await put('live', { routes: [route('${stageVariables.fn}')] });
    await put('live/stages/prod', { variables: { fn: 'one' } });
    expect(await call('live/prod', other)).toMatchObject({ function: 'one' });
    await put('live/stages/prod', { variables: { fn: 'two' } });
    expect(await call('live/prod', other)).toMatchObject({ function: 'two' });
  });

  test('a route whose variable the stage does not set is answered 500 saying so', async () => {
    await put('unset', { routes: [route('${stageVariables.fn}')] });
    const answer = await fetch(`${gateway.publicUrl}/unset`);
    expect(answer.status).toBe(500);
    expect(answer.headers.get('x-sluice-error')).toBe('API_CONFIGURATION_ERROR');
    expect(answer.headers.get('x-sluice-reason')).toContain('"fn"');
  });

  test('a function that the variables lead to must be there, and cannot be deleted while they do', async () => {
    await put('guarded', { routes: [route('${stageVariables.fn}')] });
    const refused = await put('guarded/stages/prod', { variables: { fn: 'nobody' } });
    expect(refused.status).toBe(400);
    expect(refused.text).toContain('nobody');
    await put('guarded/stages/prod', { variables: { fn: 'one' } });
    const deletion = await gateway.request('DELETE', '/v1/functions/one');
    expect(deletion.status).toBe(409);
    expect(deletion.text).toContain('prod');
  });

  test.each([
    ['an unknown deployment', { deploymentId: 'nope' }, 404, 'DEPLOYMENT_NOT_FOUND'],
    ['a variable name with a dash', { variables: { 'a-b': '1' } }, 400, 'variables.a-b'],
    ['a variable value with a space', { variables: { a: 'x y' } }, 400, 'variables.a'],
    ['settings of a route that is not there', { routes: { 'GET /nope': { cache: false } } }, 400, 'GET /nope'],
    ['an unknown setting', { colour: 1 }, 400, 'colour'],
    ['an address that is none', { clientAddresses: { deny: ['nonsense'] } }, 400, 'clientAddresses.deny[0]'],
    ['a log format that nobody can follow', { accessLog: { format: '$context.nope' } }, 400, 'accessLog.format'],
    [
      'a log receiver out of reach',
      { accessLog: { destination: { url: 'http://10.0.0.1/' } } },
      400,
      'SLUICE_EGRESS_ALLOW',
    ],
    ['a rate of nothing', { throttle: { rate: 0, burst: 1 } }, 400, 'throttle.rate'],
    ['a canary without a share', { canary: {} }, 400, 'canary.percentTraffic'],
    ['a canary that ends for no reason', { canary: { percentTraffic: 1, abortWhen: {} } }, 400, 'canary.abortWhen'],
  ])('%s is refused', async (_what, settings, status, named) => {
    await put('strict', { routes: [route('one')] });
    const answer = await put('strict/stages/prod', settings);
    expect(answer.status).toBe(status);
    expect(answer.text).toContain(named);
    expect((await get('strict/stages/prod')).body.code).toBe('STAGE_NOT_FOUND');
  });

  test.each(['__proto__', 'constructor', 'toString'])('may be called %s, which means nothing', async (name) => {
    const [first] = await twoDeployments('names');
    expect((await put(`names/stages/${name}`, { deploymentId: first })).status).toBe(201);
    expect(await call(`names/${name}`)).toMatchObject({ function: 'one' });
    expect((await post(`names/stages/${name}/rollback`)).body.code).toBe('NO_PREVIOUS_DEPLOYMENT');
  });

  test('is written only over the state that was read, where the writer says so', async () => {
    await put('tagged', { routes: [route('one')] });
    const first = await put('tagged/stages/prod', { variables: { a: '1' } });
    const write = (ifMatch: string): Promise<Answer> =>
      gateway.request('PUT', '/v1/apis/tagged/stages/prod', {
        json: { variables: { a: '2' } },
        headers: { 'if-match': ifMatch },
      });
    const tag = first.headers.get('etag') ?? '';
    expect((await get('tagged/stages/prod')).headers.get('etag')).toBe(tag);
    expect((await write('"other"')).status).toBe(412);
    expect((await write(tag)).status).toBe(200);
    expect((await write(tag)).status).toBe(412);
  });

  test('answers under its own path even where there is no $default any more', async () => {
    await put('alone', { routes: [route('one')] });
    await put('alone/stages/prod', {});
    expect((await gateway.request('DELETE', '/v1/apis/alone/stages/$default')).status).toBe(204);
    expect(await call('alone/prod')).toMatchObject({ status: 200, function: 'one' });
    expect((await call('alone')).status).toBe(404);
  });

  test('a deleted stage is public no more', async () => {
    await put('shrinking', { routes: [route('one')] });
    await put('shrinking/stages/prod', {});
    expect((await call('shrinking/prod')).status).toBe(200);
    expect((await gateway.request('DELETE', '/v1/apis/shrinking/stages/prod')).status).toBe(204);
    expect((await call('shrinking/prod')).status).toBe(404);
  });
});

describe('rollback', () => {
  test('goes back deployment by deployment, with the variables of then, and says when there is nothing before', async () => {
    const [first, second] = await twoDeployments('back');
    await put('back/stages/prod', { deploymentId: first, variables: { v: '1' } });
    await put('back/stages/prod', { deploymentId: second, variables: { v: '2' } });
    expect(await call('back/prod')).toMatchObject({ function: 'two', event: { stageVariables: { v: '2' } } });
    expect((await post('back/stages/prod/rollback')).body).toMatchObject({ deploymentId: first });
    expect(await call('back/prod', other)).toMatchObject({ function: 'one', event: { stageVariables: { v: '1' } } });
    expect((await post('back/stages/prod/rollback')).body.code).toBe('NO_PREVIOUS_DEPLOYMENT');
  });

  test('undoes a PUT of the API', async () => {
    await twoDeployments('oops');
    expect(await call('oops')).toMatchObject({ function: 'two' });
    await post('oops/stages/$default/rollback');
    expect(await call('oops')).toMatchObject({ function: 'one' });
  });
});

describe('canary', () => {
  const share = async (api: string): Promise<Set<string | undefined>> => {
    const called = await Promise.all(Array.from({ length: 60 }, () => call(api)));
    return new Set(called.map((answer) => answer.function));
  };

  test('takes its share of requests at random, with its own variables, and 1.0 events tell', async () => {
    const first = await put('split', { apiStyle: 'rest', routes: [route('one')] });
    await gateway.request('PUT', '/v1/apis/split?deploy=false', { json: { apiStyle: 'rest', routes: [route('two')] } });
    await put('split/stages/prod', {
      deploymentId: first.body.deploymentId,
      variables: { a: 'base', b: 'base' },
      canary: { percentTraffic: 50, variables: { a: 'canary' } },
    });
    expect(await share('split/prod')).toEqual(new Set(['one', 'two']));
    for (let tries = 0; tries < 60; tries++) {
      const { function: name, event } = await call('split/prod');
      const isCanaryRequest = name === 'two';
      expect(event).toMatchObject({
        requestContext: { isCanaryRequest },
        stageVariables: { a: isCanaryRequest ? 'canary' : 'base', b: 'base' },
      });
    }
    const { event } = await call('split');
    expect(event?.requestContext).not.toHaveProperty('isCanaryRequest');
  });

  test('promoted it is the stage, variables and all, and can be rolled back', async () => {
    const [first] = await twoDeployments('promoted');
    await put('promoted/stages/prod', { deploymentId: first, variables: { a: '1' } });
    await put('promoted/stages/prod', {
      variables: { a: '1' },
      canary: { percentTraffic: 0, variables: { a: '2' } },
    });
    expect(await share('promoted/prod')).toEqual(new Set(['one']));
    const promoted = await post('promoted/stages/prod/canary/promote');
    expect(promoted.body).toMatchObject({ variables: { a: '2' }, lastCanary: { outcome: 'promoted' } });
    expect(await share('promoted/prod')).toEqual(new Set(['two']));
    await post('promoted/stages/prod/rollback');
    expect(await call('promoted/prod')).toMatchObject({ function: 'one', event: { stageVariables: { a: '1' } } });
  });

  test('of the same deployment with other variables, promoted it can be rolled back as well', async () => {
    await put('variables', { routes: [route('${stageVariables.fn}')] });
    await put('variables/stages/prod', { variables: { fn: 'one' } });
    await put('variables/stages/prod', {
      variables: { fn: 'one' },
      canary: { percentTraffic: 0, variables: { fn: 'two' } },
    });
    await post('variables/stages/prod/canary/promote');
    expect(await call('variables/prod')).toMatchObject({ function: 'two' });
    expect((await post('variables/stages/prod/rollback')).status).toBe(200);
    expect(await call('variables/prod')).toMatchObject({ function: 'one' });
  });

  test('aborted it is gone, and the stage keeps the reason', async () => {
    const [first] = await twoDeployments('aborted');
    await put('aborted/stages/prod', { deploymentId: first, canary: { percentTraffic: 100 } });
    expect(await share('aborted/prod')).toEqual(new Set(['two']));
    await post('aborted/stages/prod/canary/abort', { reason: 'bad numbers' });
    expect(await share('aborted/prod')).toEqual(new Set(['one']));
    expect((await get('aborted/stages/prod')).body).toMatchObject({
      lastCanary: { outcome: 'aborted', reason: 'bad numbers' },
    });
    expect((await post('aborted/stages/prod/canary/abort')).body.code).toBe('CANARY_NOT_FOUND');
  });

  test('while it is there the stage takes no other deployment', async () => {
    const [first, second] = await twoDeployments('busy');
    await put('busy/stages/$default', { deploymentId: first, canary: { percentTraffic: 1 } });
    expect((await put('busy', { routes: [route('one')] })).body.code).toBe('STAGE_HAS_CANARY');
    const moved = await put('busy/stages/$default', { deploymentId: second, canary: { percentTraffic: 1 } });
    expect(moved.body.code).toBe('STAGE_HAS_CANARY');
    expect((await put('busy/stages/$default', { canary: { percentTraffic: 2 } })).status).toBe(200);
  });
});

describe('deployments', () => {
  test('?deploy=false makes one that nothing serves yet', async () => {
    await put('quiet', { routes: [route('one')] });
    const made = await gateway.request('PUT', '/v1/apis/quiet?deploy=false', { json: { routes: [route('two')] } });
    expect(made.status).toBe(200);
    expect(await call('quiet')).toMatchObject({ function: 'one' });
    await put('quiet/stages/$default', { deploymentId: made.body.deploymentId });
    expect(await call('quiet')).toMatchObject({ function: 'two' });
  });

  test('are listed newest first, shown whole, and compared', async () => {
    const [first, second] = await twoDeployments('listed');
    const third = await post('listed/deployments', {
      description: 'by hand',
      definition: { routes: [route('one', 'GET /new')] },
    });
    expect(third.status).toBe(201);
    const { deployments } = (await get('listed/deployments')).body as unknown as { deployments: { id: string }[] };
    expect(new Set(deployments.map(({ id }) => id))).toEqual(
      new Set([first, second, (third.body as unknown as { id: string }).id]),
    );
    expect(deployments[0]).toMatchObject({ description: 'by hand', routeCount: 1 });
    expect((await get(`listed/deployments/${first}`)).text).toContain('"function":"one"');
    const diff = await get(`listed/deployments/${second}/diff?against=${first}`);
    expect(diff.body).toMatchObject({
      from: first,
      to: second,
      routes: {
        changed: [{ route: 'GET /', differences: [{ path: 'integration.function', from: 'one', to: 'two' }] }],
      },
    });
  });

  test.each(['constructor', '__proto__', 'valueOf'])('none is called %s', async (id) => {
    await twoDeployments('unnamed');
    for (const path of [id, `${id}/diff`])
      expect((await get(`unnamed/deployments/${path}`)).body.code).toBe('DEPLOYMENT_NOT_FOUND');
    const deletion = await gateway.request('DELETE', `/v1/apis/unnamed/deployments/${id}`);
    expect(deletion.body.code).toBe('DEPLOYMENT_NOT_FOUND');
  });

  test('a refused declaration leaves none behind', async () => {
    const { body } = await put('clean', { routes: [route('one')] });
    await put('clean', { routes: [route('nobody')] });
    await gateway.request('PUT', '/v1/apis/clean', { json: { routes: [] }, headers: { 'if-match': '"other"' } });
    const { deployments } = (await get('clean/deployments')).body as unknown as { deployments: { id: string }[] };
    expect(deployments.map(({ id }) => id)).toEqual([body.deploymentId]);
  });

  test('in use cannot be deleted, and the answer names who uses it', async () => {
    const [first, second] = await twoDeployments('kept');
    const remove = (id: string): Promise<Answer> => gateway.request('DELETE', `/v1/apis/kept/deployments/${id}`);
    expect((await remove(second)).body).toMatchObject({ code: 'DEPLOYMENT_IN_USE' });
    expect((await remove(first)).text).toContain('can be rolled back to it');
    await post('kept/stages/$default/rollback');
    await put('kept/stages/$default', { deploymentId: first });
    const third = await gateway.request('PUT', '/v1/apis/kept?deploy=false', { json: { routes: [] } });
    expect((await remove(second)).status).toBe(204);
    expect((await get(`kept/deployments/${second}`)).body.code).toBe('DEPLOYMENT_NOT_FOUND');
    expect((await remove(third.body.deploymentId)).text).toContain('it is the newest');
  });

  test('beyond the newest 50 only those that stages need are kept', async () => {
    const [first] = await twoDeployments('many');
    await put('many/stages/old', { deploymentId: first });
    for (let number = 0; number < 55; number++) await post('many/deployments');
    const { deployments } = (await get('many/deployments')).body as unknown as { deployments: { id: string }[] };
    expect(deployments.length).toBeGreaterThanOrEqual(51);
    expect(deployments.length).toBeLessThanOrEqual(53);
    expect(deployments.map(({ id }) => id)).toContain(first);
    expect(await call('many/old')).toMatchObject({ function: 'one' });
  });
});
