import { waitFor } from '@sluice/testing';
import { E2ePlatform, isAlive, steadyLoad } from './index';

const SOURCE = `export const handler = async () => { await new Promise((resolve) => setTimeout(resolve, 20)); return 'x'; };`;

describe('losing the function runner', () => {
  let platform: E2ePlatform;
  beforeAll(async () => {
    platform = await E2ePlatform.start();
  }, 60_000);
  afterAll(() => platform.stop());

  test('kill -9 under 200 calls a second: calls are answered or fail within a second, and soon all succeed again', async () => {
    const path = await platform.expose('steady', SOURCE);
    await platform.call(`${path}/`);
    const failures: { readonly status: number; readonly ms: number }[] = [];
    let lastFailureAtMs = 0;
    const load = steadyLoad(200, async () => {
      const startedAtMs = performance.now();
      // POST: a call that has started must not run twice, so it is the one that fails.
      const answer = await platform.call(`${path}/`, { method: 'POST' });
      if (answer.status !== 200) {
        lastFailureAtMs = performance.now();
        failures.push({ status: answer.status, ms: lastFailureAtMs - startedAtMs });
      }
      return answer;
    });
    await waitFor(() => load.figures().calls >= 200, { what: 'a second of load' });
    const { runnerPid, hostPids } = platform.processes();
    const killedAtMs = performance.now();
    process.kill(runnerPid, 'SIGKILL');
    await waitFor(() => !isAlive(runnerPid) && !hostPids.some(isAlive), { what: 'the runner and its hosts are gone' });
    const restoredAt = load.figures().calls;
    await waitFor(() => performance.now() - Math.max(killedAtMs, lastFailureAtMs) > 3_000, {
      timeoutMs: 20_000,
      what: 'three seconds without a failure',
    });
    const { outcomes, calls } = await load.stop();
    expect(calls).toBeGreaterThan(restoredAt + 400);
    expect(Object.keys(outcomes).filter((outcome) => !['200', '502', '503'].includes(outcome))).toEqual([]);
    // Only what was in the runner: 200 per second of 20 ms each are 4, with a generous share for a slow machine.
    expect(failures.filter(({ status }) => status === 502).length).toBeLessThanOrEqual(50);
    expect(failures.filter(({ status, ms }) => status === 502 && ms > 1_000)).toEqual([]);
    expect(lastFailureAtMs - killedAtMs).toBeLessThan(3_000);
  }, 60_000);

  test('calls that found no runner waited for the new one instead of failing', async () => {
    const { runnerPid } = platform.processes();
    process.kill(runnerPid, 'SIGKILL');
    await waitFor(() => !isAlive(runnerPid), { what: 'the runner is gone' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => platform.call('/steady/')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  }, 30_000);
});
