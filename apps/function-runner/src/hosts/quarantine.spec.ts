import { Quarantine } from './quarantine';

const MINUTE_MS = 60_000;

describe('a function that was named or suspected', () => {
  it('runs alone until 100 invocations are clean', () => {
    const quarantine = new Quarantine();
    expect(quarantine.holds(0)).toBe(false);
    quarantine.begin(0);
    for (let run = 0; run < 99; run++) quarantine.clean();
    expect(quarantine.holds(1_000)).toBe(true);
    quarantine.clean();
    expect(quarantine.holds(1_000)).toBe(false);
  });

  it('or until 5 minutes are', () => {
    const quarantine = new Quarantine();
    quarantine.begin(0);
    expect(quarantine.holds(5 * MINUTE_MS - 1)).toBe(true);
    expect(quarantine.holds(5 * MINUTE_MS)).toBe(false);
  });

  it('starts over when it is blamed again', () => {
    const quarantine = new Quarantine();
    quarantine.begin(0);
    for (let run = 0; run < 99; run++) quarantine.clean();
    quarantine.begin(4 * MINUTE_MS);
    quarantine.clean();
    expect(quarantine.holds(8 * MINUTE_MS)).toBe(true);
  });
});
