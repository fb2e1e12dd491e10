import { Revision, type Invocation } from './revision';

const CONFIG = {
  functionName: 'f',
  version: 1,
  revision: 'r',
  memoryMb: 64,
  cpuMs: 1_000,
  concurrency: 1,
  maxConcurrency: 10,
  environment: {},
};

function revisionWith(count: number): { revision: Revision; invocations: Invocation[] } {
  const revision = new Revision(1, CONFIG, '', null);
  const invocations = Array.from({ length: count }, (_, id) => ({
    id,
    revision,
    requestId: '',
    timeoutMs: 1,
    startByMs: 100 - id,
    event: '{}',
    startedAtMs: 0,
    cpuUs: 0,
    initUs: 0,
    logs: '',
  }));
  for (const invocation of invocations) revision.enqueue(invocation);
  return { revision, invocations };
}

const ids = (invocations: readonly Invocation[]) => invocations.map(({ id }) => id);

describe('the events of the next call', () => {
  it('are one while nothing is known of the function', () => {
    expect(revisionWith(10).revision.takeBatch()).toHaveLength(1);
  });

  it('are about five milliseconds of what it took lately, at most 128', () => {
    const { revision } = revisionWith(300);
    revision.recordDuration(500);
    expect(revision.takeBatch()).toHaveLength(9);
    for (let at = 0; at < 2_000; at++) revision.recordDuration(5);
    expect(revision.takeBatch()).toHaveLength(128);
  });

  it('are one as soon as it became slow', () => {
    const { revision } = revisionWith(10);
    revision.recordDuration(5);
    revision.recordDuration(50_000);
    expect(revision.takeBatch()).toHaveLength(1);
  });

  it('come in order, those that were handed back first', () => {
    const { revision, invocations } = revisionWith(5);
    revision.recordDuration(1_000);
    const batch = revision.takeBatch();
    expect(ids(batch)).toEqual([0, 1, 2, 3]);
    revision.requeue(batch.slice(2));
    expect(ids(revision.takeBatch())).toEqual([2, 3, 4]);
    expect(revision.waiting).toBe(0);
    expect(invocations).toHaveLength(5);
  });

  it('can be taken out while they wait; the soonest deadline follows', () => {
    const { revision } = revisionWith(4);
    expect(revision.startByMs).toBe(97);
    expect(ids(revision.removeWaiting(({ id }) => id >= 2))).toEqual([2, 3]);
    expect(revision.startByMs).toBe(99);
    expect(revision.waiting).toBe(2);
  });
});
