import { OUTCOME } from '@sluice/contracts';
import { waitFor } from '@sluice/testing';
import { answerEverything, startScriptedRunner } from '../../test-gateway.fixture';
import { countOf, never, ThrottledGateways } from './throttled-gateways.fixture';

let platform: ThrottledGateways;

beforeAll(async () => {
  platform = await ThrottledGateways.start(2, { TRUSTED_PROXIES: '1' });
});
afterAll(() => platform.stop());

describe('API keys', () => {
  test('a route that requires one answers every request without a valid one alike', async () => {
    const api = await platform.exposeApi({}, { apiKeyRequired: true });
    const { headers, id } = await platform.issueKey(api, {});
    expect((await platform.call(`/${api}/x`, headers)).status).toBe(200);
    const value = headers['x-api-key'] ?? '';
    const wrong = [{}, { 'x-api-key': 'no-such-key-at-all-0123456789' }, { 'x-api-key': `${value.slice(0, -1)}_` }];
    const refused = await Promise.all(wrong.map((sent) => platform.call(`/${api}/x`, sent as Record<string, string>)));
    await platform.manage('PATCH', `/v1/api-keys/${id}`, { enabled: false });
    refused.push(await platform.call(`/${api}/x`, headers));
    for (const { status, body, headers: got } of refused) {
      expect([status, body]).toEqual([403, '{"message":"Forbidden"}']);
      expect(got['x-sluice-error']).toBe('INVALID_API_KEY');
      expect(got['x-sluice-reason']).toBe(refused[0]?.headers['x-sluice-reason']);
    }
  });

  test('a route that requires none is limited by no plan', async () => {
    const api = await platform.exposeApi({});
    const { headers } = await platform.issueKey(api, { quota: { limit: 1, period: 'DAY' } });
    const answers = await platform.calls(5, `/${api}/x`, headers);
    expect(countOf(answers, 200)).toBe(5);
  });

  test("the plan's rate is each key's own; with every answer it says what is left", async () => {
    const api = await platform.exposeApi({}, { apiKeyRequired: true });
    const { headers } = await platform.issueKey(api, { throttle: never(4), quota: { limit: 100, period: 'DAY' } });
    const first = await platform.call(`/${api}/x`, headers);
    expect(first.headers['ratelimit-policy']).toBe('"plan";q=4;w=4000, "quota";q=100;w=86400');
    expect(first.headers['ratelimit']).toMatch(/^"plan";r=3;t=0, "quota";r=99;t=\d+$/);
    const { value } = await platform.manage('POST', '/v1/api-keys', { name: 'other', usagePlans: [`plan-${api}`] });
    expect(countOf(await platform.calls(10, `/${api}/x`, headers), 200)).toBe(3);
    expect(countOf(await platform.calls(10, `/${api}/x`, { 'x-api-key': value as string }), 200)).toBe(4);
  });

  test('after a rotation the old value goes on as long as was asked for', async () => {
    const api = await platform.exposeApi({}, { apiKeyRequired: true });
    const { id, headers } = await platform.issueKey(api, {});
    const { value } = await platform.manage('POST', `/v1/api-keys/${id}/rotate`, { graceSeconds: 1 });
    expect((await platform.call(`/${api}/x`, { 'x-api-key': value as string }, 1)).status).toBe(200);
    expect((await platform.call(`/${api}/x`, headers, 1)).status).toBe(200);
    await waitFor(async () => (await platform.call(`/${api}/x`, headers, 1)).status === 403, {
      what: 'the grace to be over',
    });
    expect((await platform.call(`/${api}/x`, { 'x-api-key': value as string }, 1)).status).toBe(200);
  });

  test('where the authorizer names the key, what the client sends counts for nothing; a function of a REST API sees whose it is', async () => {
    let named = '';
    const events: { requestContext: { identity: { apiKey: string | null; apiKeyId: string | null } } }[] = [];
    const runner = await startScriptedRunner(platform.redis, (invocation) => {
      if (invocation.kind === 'probe') return answerEverything(invocation);
      const allow = { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' };
      const policyDocument = { Version: '2012-10-17', Statement: [allow] };
      if (invocation.functionName === 'served') events.push(JSON.parse(invocation.event) as (typeof events)[number]);
      const result =
        invocation.functionName === 'served'
          ? { statusCode: 200, body: 'in' }
          : { principalId: 'p', policyDocument, usageIdentifierKey: named };
      invocation.answer(OUTCOME.ok, { durationUs: 1, initUs: 0 }, JSON.stringify(result));
    });
    try {
      const [gateway] = platform.gateways;
      const upload = { body: 'export const handler = async () => 1;', headers: { 'content-type': 'text/plain' } };
      for (const name of ['names', 'served']) await gateway?.request('PUT', `/v1/functions/${name}`, upload);
      const api = await platform.exposeApi({
        apiStyle: 'rest',
        apiKeySource: 'AUTHORIZER',
        authorizers: {
          names: {
            type: 'function',
            function: 'names',
            event: 'REQUEST-1.0',
            identitySources: [],
            resultTtlSeconds: 0,
          },
        },
        routes: [
          {
            route: 'GET /x',
            integration: { type: 'function', function: 'served' },
            authorization: { authorizer: 'names' },
            apiKeyRequired: true,
          },
        ],
      });
      const { id, headers } = await platform.issueKey(api, {});
      expect((await platform.call(`/${api}/x`, headers)).headers['x-sluice-error']).toBe('INVALID_API_KEY');
      named = headers['x-api-key'] ?? '';
      expect((await platform.call(`/${api}/x`)).status).toBe(200);
      expect(events[0]?.requestContext.identity).toMatchObject({ apiKey: named, apiKeyId: id });
    } finally {
      await runner.stop();
    }
  });
});
