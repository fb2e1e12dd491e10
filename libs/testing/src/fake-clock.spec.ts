import { FakeClock } from './fake-clock';

test('timers run when they fall due, in order, at their own time', () => {
  const clock = new FakeClock(1000);
  const ran: [string, number][] = [];
  clock.setTimer(() => ran.push(['late', clock.now()]), 20);
  clock.setTimer(() => {
    ran.push(['early', clock.now()]);
    clock.setTimer(() => ran.push(['nested', clock.now()]), 5);
  }, 10);
  clock.clearTimer(clock.setTimer(() => ran.push(['cleared', clock.now()]), 1));
  clock.advance(19);
  expect(ran).toEqual([
    ['early', 1010],
    ['nested', 1015],
  ]);
  clock.advance(1);
  expect(ran.at(-1)).toEqual(['late', 1020]);
  expect(clock.pendingTimers).toBe(0);
});
