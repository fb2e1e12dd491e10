import { BuildLanes, type BuildAttempt } from './build-lanes';

/** Attempts that end when the test says so. */
class Workshop {
  readonly begun: string[] = [];
  readonly cancelled: string[] = [];
  private readonly finishers = new Map<string, () => void>();

  start(name: string): BuildAttempt<string> {
    this.begun.push(name);
    let finish: (result: string) => void = () => undefined;
    const result = new Promise<string>((resolve) => (finish = resolve));
    this.finishers.set(name, () => finish(`${name} done`));
    const cancel = (): void => {
      this.cancelled.push(name);
      finish(`${name} cancelled`);
    };
    return { started: Promise.resolve(), result, cancel };
  }

  finish(name: string): void {
    this.finishers.get(name)?.();
  }

  hasBegun(names: readonly string[]): Promise<void> {
    return until(() => this.begun, names);
  }

  hasCancelled(names: readonly string[]): Promise<void> {
    return until(() => this.cancelled, names);
  }
}

async function until(actual: () => readonly string[], expected: readonly string[]): Promise<void> {
  const deadline = Date.now() + 4_000;
  while (actual().join() !== expected.join()) {
    if (Date.now() > deadline) throw new Error(`${actual().join()}, expected ${expected.join()}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const NEVER_MS = 60_000;
const options = { concurrency: 1, firstTryMs: NEVER_MS, waitingMax: 3, waitMsMax: NEVER_MS };

describe('build lanes', () => {
  const workshop = (): Workshop => new Workshop();

  it('run no more builds at once than allowed, the newest of the waiting ones first', async () => {
    const shop = workshop();
    const lanes = new BuildLanes<string>({ ...options, concurrency: 2 });
    const results = ['a', 'b', 'c', 'd'].map((name) => lanes.run(() => shop.start(name)));
    await shop.hasBegun(['a', 'b']);
    shop.finish('a');
    await shop.hasBegun(['a', 'b', 'd']);
    for (const name of ['b', 'd']) shop.finish(name);
    await shop.hasBegun(['a', 'b', 'd', 'c']);
    shop.finish('c');
    await expect(Promise.all(results)).resolves.toEqual(['a done', 'b done', 'c done', 'd done']);
  });

  it('let a long build go on in its own lane, so that the next one starts', async () => {
    const shop = workshop();
    const lanes = new BuildLanes<string>({ ...options, firstTryMs: 5 });
    const long = lanes.run(() => shop.start('long'));
    const next = lanes.run(() => shop.start('next'));
    await shop.hasBegun(['long', 'next']);
    shop.finish('next');
    await expect(next).resolves.toBe('next done');
    shop.finish('long');
    await expect(long).resolves.toBe('long done');
    expect(shop.cancelled).toEqual([]);
  });

  it('cancel a second long build and start it again when the first is done', async () => {
    const shop = workshop();
    const lanes = new BuildLanes<string>({ ...options, firstTryMs: 5 });
    const first = lanes.run(() => shop.start('first'));
    const second = lanes.run(() => shop.start('second'));
    const third = lanes.run(() => shop.start('third'));
    await shop.hasCancelled(['third', 'second']);
    shop.finish('first');
    await shop.hasBegun(['first', 'third', 'second', 'third']);
    shop.finish('third');
    await expect(Promise.all([first, third])).resolves.toEqual(['first done', 'third done']);
    await shop.hasBegun(['first', 'third', 'second', 'third', 'second']);
    shop.finish('second');
    await expect(second).resolves.toBe('second done');
    expect(shop.cancelled).toEqual(['third', 'second']);
  });

  it('refuse what waits in vain as BUSY, and go on', async () => {
    const shop = workshop();
    const lanes = new BuildLanes<string>({ ...options, waitMsMax: 10 });
    const running = lanes.run(() => shop.start('running'));
    await expect(lanes.run(() => shop.start('late'))).rejects.toMatchObject({ code: 'BUSY' });
    shop.finish('running');
    await expect(running).resolves.toBe('running done');
    const after = lanes.run(() => shop.start('after'));
    await shop.hasBegun(['running', 'after']);
    shop.finish('after');
    await expect(after).resolves.toBe('after done');
  });

  it('refuse at once what would make the queue too long', async () => {
    const shop = workshop();
    const lanes = new BuildLanes<string>(options);
    const accepted = ['a', 'b', 'c', 'd'].map((name) => lanes.run(() => shop.start(name)));
    const closed = Promise.allSettled(accepted);
    await expect(lanes.run(() => shop.start('e'))).rejects.toMatchObject({ code: 'BUSY' });
    lanes.close();
    expect((await closed).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'rejected']);
    await expect(lanes.run(() => shop.start('f'))).rejects.toMatchObject({ code: 'BUSY' });
    expect(shop.begun).toEqual(['a']);
  });

  it('pass on that a build could not start, and free its place', async () => {
    const shop = workshop();
    const lanes = new BuildLanes<string>(options);
    const broken = (): never => {
      throw new Error('no process');
    };
    await expect(lanes.run(broken)).rejects.toThrow('no process');
    const unready = (): BuildAttempt<string> => {
      const started = Promise.reject(new Error('not ready'));
      return { started, result: started.then(() => 'never'), cancel: () => undefined };
    };
    await expect(lanes.run(unready)).rejects.toThrow('not ready');
    const next = lanes.run(() => shop.start('next'));
    await shop.hasBegun(['next']);
    shop.finish('next');
    await expect(next).resolves.toBe('next done');
  });
});
