import { pbkdf2, pbkdf2Sync } from 'node:crypto';
import { ProcessorClock } from './processor-clock';

/** A clock and the processor time it is told of. */
function clockAtZero(): { clock: ProcessorClock; use: (ms: number) => void } {
  let usedMs = 1_000;
  const clock = new ProcessorClock(() => usedMs);
  return { clock, use: (ms) => (usedMs += ms) };
}

describe('the processor clock', () => {
  it('counts the processor time the isolates have used, not the time that has passed', () => {
    const { clock, use } = clockAtZero();
    use(4);
    clock.look(400, 400);
    expect(clock.nowMs).toBe(4);
    use(8);
    clock.look(410, 10);
    expect(clock.nowMs).toBe(12);
  });

  it('divides it among the isolates that ran, those that ran for a moment only by that moment', () => {
    const { clock, use } = clockAtZero();
    use(20);
    clock.look(10, 40);
    expect(clock.nowMs).toBe(5);
    use(20);
    clock.look(20, 10 + 100 * 0.1);
    expect(clock.nowMs).toBe(15);
  });

  it('hardly moves while nobody gets the processor, the host included', () => {
    const { clock } = clockAtZero();
    clock.look(60_000, 60_000);
    expect(clock.nowMs).toBe(1);
  });

  it('gives a thread up that sleeps while the host turns: 150 ms in 3 s', () => {
    const { clock } = clockAtZero();
    for (let at = 10; at <= 3_000; at += 10) clock.look(at, 10);
    expect(clock.nowMs).toBeCloseTo(150);
  });

  it('does not step back with figures the kernel took at different times', () => {
    const { clock, use } = clockAtZero();
    use(-5);
    clock.look(10, 10);
    const stoodStillMs = clock.nowMs;
    use(9);
    clock.look(20, 10);
    expect(clock.nowMs - stoodStillMs).toBe(4);
  });

  it('sees what another thread of a real process uses', async () => {
    const clock = new ProcessorClock();
    clock.look(performance.now(), 0);
    const fromMs = clock.nowMs;
    const { promise, resolve } = Promise.withResolvers<void>();
    const rounds = 200_000;
    pbkdf2('a password', 'salt', rounds, 64, 'sha512', () => resolve());
    await promise;
    const before = process.threadCpuUsage();
    pbkdf2Sync('a password', 'salt', rounds, 64, 'sha512');
    const { user, system } = process.threadCpuUsage(before);
    const usedMs = (user + system) / 1_000;
    clock.look(performance.now(), 0);
    expect(clock.nowMs - fromMs).toBeGreaterThan(usedMs / 2);
    expect(clock.nowMs - fromMs).toBeLessThan(usedMs * 2);
  });
});
