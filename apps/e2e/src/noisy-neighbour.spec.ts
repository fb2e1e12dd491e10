import { waitFor } from '@sluice/testing';
import { closedLoad, E2ePlatform, isAlive, steadyLoad } from './index';

const VICTIM = `export const handler = async () => 'victim';`;

describe('functions beside one another', () => {
  let platform: E2ePlatform;
  beforeAll(async () => {
    platform = await E2ePlatform.start();
    await platform.expose('victim', VICTIM);
    await platform.call('/victim/');
  }, 60_000);
  afterAll(() => platform.stop());

  test('a function that throws on every call costs no host and no environment', async () => {
    await platform.expose(
      'thrower',
      `let calls = 0; export const handler = async () => { calls += 1; throw new Error('call ' + calls); };`,
    );
    const hosts = platform.processes().hostPids;
    const noise = steadyLoad(100, () => platform.call('/thrower/'));
    const quiet = await closedLoad(64, 4_000, () => platform.call('/victim/'));
    const thrown = await noise.stop();
    expect(quiet.outcomes).toEqual({ 200: 4_000 });
    expect(thrown.outcomes).toEqual({ 500: thrown.calls });
    expect(platform.processes().hostPids).toEqual(hosts);
    expect(hosts.every(isAlive)).toBe(true);
  }, 60_000);

  test('ten functions that each kill their host take no call of a neighbour with them', async () => {
    const names = Array.from({ length: 10 }, (_, number) => `killer-${number}`);
    for (const name of names)
      await platform.expose(
        name,
        `export const handler = async () => 'x'.repeat(2 ** 28).split('').length; // ${name}`,
        {
          config: { memoryMb: 64, timeoutMs: 5_000 },
        },
      );
    const before = platform.processes();
    const victim = steadyLoad(100, () => platform.call('/victim/'));
    const killed: string[] = [];
    for (const name of names) {
      const { status, headers } = await platform.call(`/${name}/`, { method: 'POST' });
      killed.push(`${status} ${headers['x-sluice-error'] ?? ''}`);
    }
    const { outcomes, calls } = await victim.stop();
    expect(outcomes).toEqual({ 200: calls });
    expect(calls).toBeGreaterThan(50);
    expect(
      killed.filter((outcome) => !/^(500 FUNCTION_OUT_OF_MEMORY|500 FUNCTION_EXITED|502 HOST_LOST)$/.test(outcome)),
    ).toEqual([]);
    expect(platform.processes().runnerPid).toBe(before.runnerPid);
    expect(platform.processes().hostPids).not.toEqual(before.hostPids);
  }, 90_000);

  test('a function that kills its host again and again is switched off, and its next version is not', async () => {
    const again = await waitFor(
      async () => {
        const { status, headers } = await platform.call('/killer-0/', { method: 'POST' });
        return headers['x-sluice-error'] === 'CIRCUIT_OPEN' ? { status, headers } : null;
      },
      { timeoutMs: 30_000, what: 'the circuit opens' },
    );
    expect(again).toMatchObject({ status: 503, headers: { 'retry-after': expect.stringMatching(/^\d+$/) as unknown } });
    await platform.deploy('killer-0', VICTIM);
    expect(await platform.call('/killer-0/')).toMatchObject({ status: 200, text: 'victim' });
    expect(await platform.call('/victim/')).toMatchObject({ status: 200, text: 'victim' });
  }, 60_000);

  test('64 callers of 50 ms of work share the hosts evenly', async () => {
    await platform.expose(
      'burner',
      `export const handler = async () => { const end = Date.now() + 50; while (Date.now() < end); return 'burnt'; };`,
    );
    await platform.call('/burner/');
    const hosts = 2;
    const startedAtMs = performance.now();
    const { outcomes } = await closedLoad(64, 64, () => platform.call('/burner/'));
    const elapsedMs = performance.now() - startedAtMs;
    expect(outcomes).toEqual({ 200: 64 });
    expect(elapsedMs).toBeLessThan(((64 * 50) / hosts) * 1.3);
  }, 60_000);

  test('a burner does not make its neighbour wait', async () => {
    const burners = closedLoad(16, 64, () => platform.call('/burner/'));
    const victim = steadyLoad(50, () => platform.call('/victim/'));
    await burners;
    const { outcomes, calls, latenciesMs } = await victim.stop();
    expect(outcomes).toEqual({ 200: calls });
    const p95Ms = [...latenciesMs].sort((a, b) => a - b)[Math.floor(calls * 0.95)];
    expect(p95Ms).toBeLessThan(250);
  }, 60_000);

  test('64 calls at once that await a timer each run exactly once', async () => {
    await platform.expose(
      'waiter',
      `const runs: Record<string, number> = {};
       export const handler = async (event: any) => {
         const id = event.queryStringParameters.id;
         runs[id] = (runs[id] ?? 0) + 1;
         await new Promise((resolve) => setTimeout(resolve, 30));
         console.log('ran ' + id);
         return { id, runs: runs[id] };
       };`,
    );
    await platform.call('/waiter/?id=warm');
    const answers = await Promise.all(Array.from({ length: 64 }, (_, id) => platform.call(`/waiter/?id=${id}`)));
    expect(answers.map(({ json }) => json)).toEqual(
      Array.from({ length: 64 }, (_, id) => ({ id: String(id), runs: 1 })),
    );
    const lines = await waitFor(
      async () => {
        const { text } = await platform.controlPlane.get('/v1/functions/waiter/logs?limit=1000');
        const ran = [...text.matchAll(/ran (\d+)/g)].map(([, id]) => Number(id));
        return ran.length >= 64 ? ran : null;
      },
      { what: '64 log lines' },
    );
    expect(lines.sort((a, b) => a - b)).toEqual(Array.from({ length: 64 }, (_, id) => id));
  }, 30_000);

  test('what follows a call that never returns still runs, exactly once', async () => {
    await platform.expose(
      'mixed',
      `export const handler = async (event: any) => { if (event.queryStringParameters?.how === 'loop') for (;;) {} console.log('ran ' + event.queryStringParameters?.id); return 'ok'; };`,
      { config: { timeoutMs: 500 } },
    );
    for (let warm = 0; warm < 20; warm++) await platform.call('/mixed/?id=warm');
    const answers = await Promise.all(
      Array.from({ length: 64 }, (_, id) => platform.call(`/mixed/?id=${id}${id % 16 === 0 ? '&how=loop' : ''}`)),
    );
    expect(answers.map(({ status }) => status)).toEqual(
      Array.from({ length: 64 }, (_, id) => (id % 16 === 0 ? 503 : 200)),
    );
  }, 60_000);
});
