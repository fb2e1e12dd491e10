import { startTestRedis, waitFor, type TestRedis } from '@sluice/testing';
import { closeRedis, connectRedis, type Redis } from './connection';
import { StoreAway, StoreCircuit } from './store-circuit';

let server: TestRedis;
let redis: Redis;
let changes: string[];
let circuit: StoreCircuit;

beforeAll(async () => {
  server = await startTestRedis();
  redis = await connectRedis(server.volatileUrl, { name: 'spec' });
});
afterAll(async () => {
  await closeRedis(redis);
  await server.stop();
});
beforeEach(() => {
  changes = [];
  circuit = new StoreCircuit({
    probe: () => redis.ping(),
    onChange: (error) => void changes.push(error === null ? 'back' : 'away'),
    probeIntervalMs: 10,
  });
});
afterEach(() => circuit.stop());

test('a call that fails gives the store up for everybody until a probe is answered', async () => {
  await expect(circuit.run(() => Promise.reject(new Error('no')))).rejects.toThrow(StoreAway);
  let called = false;
  const call = async (): Promise<void> => void (called = true);
  await expect(circuit.run(call)).rejects.toThrow(StoreAway);
  expect(called).toBe(false);
  await waitFor(() => !circuit.isOpen, { what: 'the probe' });
  await circuit.run(call);
  expect([called, changes]).toEqual([true, ['away', 'back']]);
});

test('a call that is never answered counts as failed, and reports it once', async () => {
  const never = (): Promise<never> => new Promise(() => undefined);
  const results = await Promise.allSettled([circuit.run(never), circuit.run(never)]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(changes[0]).toBe('away');
  expect(changes.filter((change) => change === 'away')).toHaveLength(1);
});

test('an answer that lies there while this process is busy is taken, however late', async () => {
  const answer = circuit.run(() => redis.ping());
  await new Promise((resolve) => setImmediate(resolve)); // the command is on its way
  const busyUntilMs = performance.now() + 300;
  while (performance.now() < busyUntilMs);
  expect(await answer).toBe('PONG');
  expect(changes).toEqual([]);
});
