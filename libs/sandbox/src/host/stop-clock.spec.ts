import { pbkdf2, pbkdf2Sync } from 'node:crypto';
import { StopClock } from './stop-clock';

/** A clock that was asked once at 0 ms, and the processor time it is told of. */
function clockAtZero(): { clock: StopClock; use: (ms: number) => void } {
  let usedMs = 1_000;
  const clock = new StopClock(() => usedMs);
  clock.look(0, 1);
  return { clock, use: (ms) => (usedMs += ms) };
}

describe('the stop clock', () => {
  it('counts the processor time the isolates have used, not the time that has passed', () => {
    const { clock, use } = clockAtZero();
    use(4);
    clock.look(400, 1);
    expect(clock.nowMs).toBe(4);
    use(8);
    clock.look(410, 1);
    expect(clock.nowMs).toBe(12);
  });

  it('divides it among the isolates that ran', () => {
    const { clock, use } = clockAtZero();
    use(20);
    clock.look(10, 4);
    expect(clock.nowMs).toBe(5);
  });

  it('hardly moves while nobody gets the processor, the host included', () => {
    const { clock } = clockAtZero();
    clock.look(60_000, 1);
    expect(clock.nowMs).toBe(1);
  });

  it('gives a thread up that sleeps while the host turns: 150 ms in 3 s', () => {
    const { clock } = clockAtZero();
    for (let at = 10; at <= 3_000; at += 10) clock.look(at, 1);
    expect(clock.nowMs).toBeCloseTo(150);
  });

  it('does not count what was used while nobody was waited for', () => {
    const { clock, use } = clockAtZero();
    clock.rest();
    use(500);
    clock.look(500, 1);
    expect(clock.nowMs).toBe(0);
  });

  it('does not step back with figures the kernel took at different times', () => {
    const { clock, use } = clockAtZero();
    use(-5);
    clock.look(0, 1);
    use(9);
    clock.look(0, 1);
    expect(clock.nowMs).toBe(4);
  });

  it('sees what another thread of a real process uses', async () => {
    const clock = new StopClock();
    clock.look(performance.now(), 1);
    const { promise, resolve } = Promise.withResolvers<void>();
    const rounds = 200_000;
    pbkdf2('a password', 'salt', rounds, 64, 'sha512', () => resolve());
    await promise;
    const before = process.threadCpuUsage();
    pbkdf2Sync('a password', 'salt', rounds, 64, 'sha512');
    const { user, system } = process.threadCpuUsage(before);
    const usedMs = (user + system) / 1_000;
    clock.look(performance.now(), 1);
    expect(clock.nowMs).toBeGreaterThan(usedMs / 2);
    expect(clock.nowMs).toBeLessThan(usedMs * 2);
  });
});
