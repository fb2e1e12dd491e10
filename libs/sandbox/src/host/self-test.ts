import { OUTCOME, type Outcome } from '@sluice/contracts/invocation';
import { type HostRevision } from '../channel';
import { Environment } from './environment';
import { type EnvironmentEvents } from './environment-events';
import { GuestIsolate, wrapBundle } from './isolate';
import { Revision } from './revision';
import { RunningSlots, type RunningSlot } from './running-slots';
import { type GuestImage } from './snapshot';

const CONFIG: HostRevision = {
  functionName: 'self-test',
  version: 1,
  revision: 'self-test',
  memoryMb: 32,
  cpuMs: 5_000,
  concurrency: 1,
  maxConcurrency: 1,
  environment: {},
};
const CODE =
  'var __sluice_exports = { handler: async (event) => ({ sum: event.a + event.b, url: new URL("/x", "http://h").href, absent: [typeof WebAssembly, typeof SharedArrayBuffer, typeof Atomics] }) };';
const EXPECTED = '{"sum":5,"url":"http://h/x","absent":["undefined","undefined","undefined"]}';

/** Loads and runs a function once, the way every function is; throws when the answer is not exactly right. */
export async function runSelfTest(image: GuestImage): Promise<void> {
  const revision = new Revision(0, CONFIG, wrapBundle(CODE), null);
  const slots = new RunningSlots(1);
  const slot = slots.take(CONFIG.functionName) as RunningSlot;
  let answer: (text: string) => void = () => undefined;
  const answered = new Promise<string>((resolve) => (answer = resolve));
  const over = new Promise<void>((resolve) => {
    const events: EnvironmentEvents = {
      onResult: (_invocation, outcome: Outcome, text) =>
        answer(outcome === OUTCOME.ok ? text.toString() : `outcome ${outcome}: ${text.toString()}`),
      onEntryEnd: () => resolve(),
      onNotStarted: () => undefined,
      onWake: () => undefined,
      onStuck: () => undefined,
      onCatastrophe: (_environment, message) => answer(message),
    };
    void run(new Environment(revision, new GuestIsolate(image, CONFIG.memoryMb), events), revision, slot, answer);
  });
  const text = await answered;
  if (text !== EXPECTED) throw new Error(`the self-test answered ${text.slice(0, 500)} instead of ${EXPECTED}`);
  await over;
}

async function run(
  environment: Environment,
  revision: Revision,
  slot: RunningSlot,
  answer: (text: string) => void,
): Promise<void> {
  const loaded = await environment.load(slot);
  if (!loaded.ok) return answer(`could not load: ${JSON.stringify(loaded)}`);
  environment.draining = true;
  environment.run(
    [
      {
        id: 1,
        revision,
        requestId: 'self-test',
        timeoutMs: 5_000,
        startByMs: Infinity,
        event: '{"a":2,"b":3}',
        startedAtMs: 0,
        cpuUs: 0,
        initUs: 0,
        logs: '',
      },
    ],
    slot,
  );
}
