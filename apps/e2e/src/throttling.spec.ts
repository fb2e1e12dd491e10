import { waitFor } from '@sluice/testing';
import { closedLoad, steadyLoad, TwoMachines, type E2ePlatform } from './index';

const HELLO = `export const handler = async () => ({ statusCode: 200, body: 'hello' });`;

describe('limits over two machines', () => {
  let machines: TwoMachines;
  beforeAll(async () => {
    machines = await TwoMachines.start();
    await machine(0).deploy('hello', HELLO);
  }, 120_000);
  afterAll(() => machines.stop(), 60_000);

  const machine = (index: number): E2ePlatform => machines.machine(index);

  async function declare(path: string, value: unknown): Promise<void> {
    const { status, text } = await machine(0).controlPlane.json('PUT', path, value);
    if (status >= 300) throw new Error(`${path} was answered ${status}: ${text}`);
  }

  test('100 per second with a burst of 50 accept 1,050 requests in ten seconds of five times the load', async () => {
    const route = { route: 'GET /', integration: { type: 'function', function: 'hello' } };
    await declare('/v1/apis/rate', { routes: [route], throttle: { rate: 100, burst: 50 } });
    let made = 0;
    const startedAtMs = performance.now();
    const load = steadyLoad(500, () => machine(made++).call('/rate'));
    await waitFor(() => performance.now() - startedAtMs >= 10_000, { timeoutMs: 15_000, what: 'ten seconds' });
    const { calls, outcomes } = await load.stop();
    expect(calls).toBeGreaterThan(4_900);
    expect(Object.keys(outcomes).sort()).toEqual(['200', '429']);
    expect(outcomes['200']).toBeGreaterThanOrEqual(1_050 * 0.98);
    expect(outcomes['200']).toBeLessThanOrEqual(1_050 * 1.02);
  }, 60_000);

  test('64 clients make exactly the requests of a quota, and a gateway that starts again remembers them', async () => {
    const route = { route: 'GET /', integration: { type: 'function', function: 'hello' }, apiKeyRequired: true };
    await declare('/v1/apis/quota', { routes: [route] });
    await declare('/v1/usage-plans/gold', { stages: [{ api: 'quota' }], quota: { limit: 2_000, period: 'MONTH' } });
    const key = await machine(0).controlPlane.json('POST', '/v1/api-keys', { name: 'k', usagePlans: ['gold'] });
    const { id, value } = key.json as { id: string; value: string };
    const headers = { 'x-api-key': value };
    let made = 0;
    const { outcomes } = await closedLoad(64, 2_100, () => machine(made++).call('/quota', { headers }));
    expect(outcomes).toEqual({ '200': 2_000, '429': 100 });

    process.kill(machine(1).processes().gatewayPid, 'SIGKILL');
    const again = await waitFor(() => machine(1).call('/quota', { headers }), { timeoutMs: 30_000, what: 'a gateway' });
    expect([again.status, again.headers['x-sluice-error']]).toEqual([429, 'QUOTA_EXCEEDED']);
    const { json } = await machine(0).controlPlane.get('/v1/usage-plans/gold/usage');
    const days = (json as { items: Record<string, [number, number][]> }).items[id] ?? [];
    expect(days.reduce((sum, [used]) => sum + used, 0)).toBe(2_000);
  }, 60_000);
});
