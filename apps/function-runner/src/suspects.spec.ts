import { waitFor } from '@sluice/testing';
import { hostPids, startTestRunner, type TestRunner } from './runner.fixture';

const SLEEPER =
  'export const handler = async (event: { ms: number }) => { await new Promise((r) => setTimeout(r, event.ms)); return 1; };';

let runner: TestRunner;

beforeAll(async () => {
  runner = await startTestRunner({ SANDBOX_HOSTS: '1', SANDBOX_SOLO_HOSTS: '2' });
  await waitFor(() => hostPids(runner, 'spare').length === 1, { timeoutMs: 10_000 });
});

afterAll(async () => {
  await runner.stop();
});

it('when a host dies without a word, all that were in it run alone, more of them than there are solo hosts by turns', async () => {
  const names = Array.from({ length: 6 }, (_, index) => `sleeper-${index}`);
  const functions = await Promise.all(names.map((name) => runner.upload(name, SLEEPER, { timeoutMs: 10_000 })));
  await Promise.all(functions.map((fn) => runner.call(fn, { ms: 1 })));
  const [pid] = hostPids(runner, 'shared');
  const inside = functions.map((fn) => runner.call(fn, { ms: 400 }, { retryable: true }));
  await waitFor(() => runner.runner.status().hosts.some((host) => host.pid === pid && host.inFlight === 6));
  process.kill(pid ?? 0, 'SIGABRT');
  expect((await Promise.all(inside)).map(({ name }) => name)).toEqual(new Array(6).fill('ok'));
  expect(hostPids(runner, 'solo')).toHaveLength(2);
  const again = await Promise.all(
    functions.flatMap((fn) => Array.from({ length: 8 }, () => runner.call(fn, { ms: 5 }))),
  );
  expect(again.every(({ name }) => name === 'ok')).toBe(true);
  expect(hostPids(runner, 'solo')).toHaveLength(2);
});

it('a function is back among the others after 100 clean invocations', async () => {
  const fn = await runner.upload('suspect', SLEEPER, { timeoutMs: 10_000 });
  await runner.call(fn, { ms: 1 });
  const [pid] = hostPids(runner, 'shared');
  const inside = runner.call(fn, { ms: 400 }, { retryable: true });
  await waitFor(() => runner.runner.status().hosts.some((host) => host.pid === pid && host.inFlight === 1));
  process.kill(pid ?? 0, 'SIGABRT');
  expect((await inside).name).toBe('ok');
  await waitFor(() => hostPids(runner, 'shared').length === 1);
  for (let calls = 0; calls < 100; calls++) await runner.call(fn, { ms: 0 });
  const back = runner.submit(fn, { ms: 200 });
  const host = await waitFor(() => runner.runner.status().hosts.find(({ inFlight }) => inFlight === 1));
  expect(host.role).toBe('shared');
  await back.answer;
});
