import { waitFor } from '@sluice/testing';
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
});
