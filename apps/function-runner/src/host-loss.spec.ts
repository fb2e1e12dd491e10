import { waitFor } from '@sluice/testing';
import {
  hostPids,
  startTestRunner,
  untilWhole,
  type Answer,
  type TestRunner,
  type UploadedFunction,
} from './runner.fixture';

const CRASH = 'export const handler = async () => "x".repeat(2 ** 28).split("").length;';
const HELLO = 'export const handler = async (event: unknown) => event;';

let runner: TestRunner;

beforeEach(async () => {
  runner = await startTestRunner();
  await untilWhole(runner);
});

afterEach(async () => {
  await runner.stop();
});

/** Calls `fn` so often per second until stopped; answers everything it got. */
function load(fn: UploadedFunction, perSecond: number, retryable: boolean): { stop(): Promise<Answer[]> } {
  const answers: Promise<Answer>[] = [];
  const timer = setInterval(() => answers.push(runner.call(fn, answers.length, { retryable })), 1_000 / perSecond);
  return {
    stop() {
      clearInterval(timer);
      return Promise.all(answers);
    },
  };
}

function failed(answers: readonly Answer[]): Answer[] {
  return answers.filter(({ name }) => name !== 'ok');
}

const SLEEPER =
  'export const handler = async (event: { ms: number }) => { await new Promise((r) => setTimeout(r, event.ms)); return 1; };';

it('kill -9 of a host under load: only calls in it that may not run twice fail, and the next call answers within 250 ms', async () => {
  const get = await runner.upload('get', HELLO);
  const sleeper = await runner.upload('sleeper', SLEEPER, { timeoutMs: 30_000 });
  await runner.call(get);
  for (let calls = 0; calls < 10; calls++) await runner.call(sleeper, { ms: 1 });
  const inside = Array.from({ length: 5 }, () => runner.call(sleeper, { ms: 20_000 }));
  const home = await waitFor(() => runner.runner.status().hosts.find(({ inFlight }) => inFlight === 5)?.pid);
  const gets = load(get, 200, true);
  await waitFor(() => runner.metric('sluice_invocations_total{function="get",outcome="ok"}') > 10);
  process.kill(home, 'SIGKILL');
  const lost = await Promise.all(inside);
  expect(lost.map(({ name }) => name)).toEqual(new Array(5).fill('hostLost'));
  expect(lost[0]?.body).toMatchObject({ errorType: 'Runtime.ExitError' });
  const next = await runner.call(sleeper, { ms: 1 });
  expect(next.name).toBe('ok');
  expect(next.elapsedMs).toBeLessThan(250);
  const answers = await gets.stop();
  expect(answers.length).toBeGreaterThan(10);
  expect(failed(answers)).toEqual([]);
  await untilWhole(runner);
});

it('ten hosts killed from outside under a function at 100 calls/s that may run twice: no error, no open circuit', async () => {
  const get = await runner.upload('get', HELLO);
  await runner.call(get);
  const gets = load(get, 100, true);
  for (let kills = 0; kills < 10; kills++) {
    const before = runner.runner.status().hostRestarts;
    const pid = await waitFor(() => runner.runner.status().hosts.find(({ environments }) => environments > 0)?.pid);
    process.kill(pid, 'SIGKILL');
    await waitFor(() => runner.runner.status().hostRestarts > before);
    await untilWhole(runner);
  }
  expect(failed(await gets.stop())).toEqual([]);
});

it('a function that kills its host ten times beside a victim at 100 calls/s: the victim has no error, the killer is switched off until it is repaired', async () => {
  const victim = await runner.upload('victim', HELLO);
  const crasher = await runner.upload('crasher', CRASH, { timeoutMs: 5_000 });
  await runner.call(victim);
  const calls = load(victim, 100, true);
  const crashes: string[] = [];
  for (let times = 0; times < 10; times++) crashes.push((await runner.call(crasher)).name);
  expect(crashes.filter((name) => name === 'circuitOpen').length).toBeGreaterThanOrEqual(5);
  expect(crashes.slice(0, 3)).not.toContain('circuitOpen');
  const answers = await calls.stop();
  expect(answers.length).toBeGreaterThan(20);
  expect(failed(answers)).toEqual([]);
  const repaired = await runner.upload('crasher', HELLO);
  expect((await runner.call(repaired)).name).toBe('ok');
});

it('a host that stops answering is killed and replaced; what may run twice is run elsewhere', async () => {
  const get = await runner.upload('get', HELLO);
  await runner.call(get);
  const home = await waitFor(() => runner.runner.status().hosts.find(({ environments }) => environments > 0)?.pid);
  process.kill(home, 'SIGSTOP');
  const stuck = await runner.call(get, 1, { retryable: true });
  expect(stuck).toMatchObject({ name: 'ok', body: 1 });
  expect(stuck.elapsedMs).toBeLessThan(3_000);
  expect(hostPids(runner, 'shared')).not.toContain(home);
});

it('native code that cannot be stopped costs its host, not the calls of others', async () => {
  const victim = await runner.upload('victim', HELLO);
  const native = await runner.upload(
    'native',
    'export const handler = async () => new Array(2 ** 32 - 2).fill(0).length;',
    {
      timeoutMs: 500,
    },
  );
  await runner.call(victim);
  const calls = load(victim, 50, true);
  const answer = await runner.call(native);
  expect(['timeout', 'outOfMemory', 'exited', 'hostLost']).toContain(answer.name);
  expect(answer.elapsedMs).toBeLessThan(2_000);
  await untilWhole(runner);
  expect(failed(await calls.stop())).toEqual([]);
});

it('draining answers everything that was taken and writes its records', async () => {
  const sleeper = await runner.upload('sleeper', SLEEPER);
  const answers = Array.from({ length: 20 }, () => runner.call(sleeper, { ms: 300 }));
  await waitFor(() => runner.runner.status().inFlight === 20);
  await runner.runner.drain();
  expect(failed(await Promise.all(answers))).toEqual([]);
  expect((await runner.logs('sleeper')).summary.records).toBe(20);
  expect(runner.runner.notReadyBecause()).toEqual(['draining']);
});
