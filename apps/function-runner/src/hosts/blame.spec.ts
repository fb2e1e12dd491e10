import { FunctionStanding, judge, type HostDeath } from './blame';

const MINUTE_MS = 60_000;

function death(facts: Partial<HostDeath>): HostDeath {
  return {
    fault: undefined,
    soleFunction: null,
    grewWhileAlone: null,
    onlyRunaway: null,
    executing: new Set(['crasher', 'victim']),
    killedFromOutside: false,
    ...facts,
  };
}

describe('who is blamed for the death of a host', () => {
  it('the function whose isolate the host named, and nobody else', () => {
    const verdict = judge(death({ fault: { functionName: 'crasher' } }));
    expect(verdict).toEqual({ named: 'crasher', suspects: [], countsForCircuit: false });
  });

  it('the one function that had an invocation past its last deadline', () => {
    expect(judge(death({ onlyRunaway: 'crasher' })).named).toBe('crasher');
  });

  it('the function under which alone the memory grew', () => {
    expect(judge(death({ grewWhileAlone: 'crasher' })).named).toBe('crasher');
  });

  it('without evidence all that were executing are suspects', () => {
    expect(judge(death({ fault: { functionName: null } }))).toEqual({
      named: null,
      suspects: ['crasher', 'victim'],
      countsForCircuit: false,
    });
  });

  it('in a solo host its function, and only that counts for the circuit', () => {
    const verdict = judge(death({ soleFunction: 'crasher', executing: new Set(['crasher']) }));
    expect(verdict).toEqual({ named: 'crasher', suspects: [], countsForCircuit: true });
  });

  it('a kill from outside accuses nobody, not even in a solo host', () => {
    const verdict = judge(death({ soleFunction: 'victim', executing: new Set(['victim']), killedFromOutside: true }));
    expect(verdict).toEqual({ named: null, suspects: [], countsForCircuit: false });
  });
});

describe('a function that was named or suspected', () => {
  it('runs alone until 100 invocations are clean', () => {
    const standing = new FunctionStanding();
    expect(standing.mustRunAlone(0)).toBe(false);
    standing.quarantine(0);
    for (let run = 0; run < 99; run++) standing.clean();
    expect(standing.mustRunAlone(1_000)).toBe(true);
    standing.clean();
    expect(standing.mustRunAlone(1_000)).toBe(false);
  });

  it('or until 5 minutes are', () => {
    const standing = new FunctionStanding();
    standing.quarantine(0);
    expect(standing.mustRunAlone(5 * MINUTE_MS - 1)).toBe(true);
    expect(standing.mustRunAlone(5 * MINUTE_MS)).toBe(false);
  });

  it('starts over when it is blamed again', () => {
    const standing = new FunctionStanding();
    standing.quarantine(0);
    for (let run = 0; run < 99; run++) standing.clean();
    standing.quarantine(4 * MINUTE_MS);
    standing.clean();
    expect(standing.mustRunAlone(8 * MINUTE_MS)).toBe(true);
  });
});

describe('the circuit of a function', () => {
  function opened(): FunctionStanding {
    const standing = new FunctionStanding();
    for (const atMs of [0, 1_000, 2_000]) standing.soloDeath(atMs);
    return standing;
  }

  it('opens at the third death in its own host within a minute, for a minute', () => {
    const standing = new FunctionStanding();
    standing.soloDeath(0);
    standing.soloDeath(1_000);
    expect(standing.admit(1_001)).toBe('run');
    standing.soloDeath(2_000);
    expect(standing.admit(2_001)).toBe('refuse');
    expect(standing.admit(2_000 + MINUTE_MS - 1)).toBe('refuse');
  });

  it('stays closed when the deaths are further apart', () => {
    const standing = new FunctionStanding();
    for (const atMs of [0, 30_000, 61_000, 95_000]) standing.soloDeath(atMs);
    expect(standing.admit(95_001)).toBe('run');
  });

  it('is never opened by suspicion, however often', () => {
    const standing = new FunctionStanding();
    for (let times = 0; times < 10; times++) standing.quarantine(times);
    expect(standing.admit(11)).toBe('run');
  });

  it('lets one trial through after its minute; others wait for its outcome', () => {
    const standing = opened();
    expect(standing.admit(2_000 + MINUTE_MS)).toBe('trial');
    expect(standing.admit(2_001 + MINUTE_MS)).toBe('refuse');
    standing.trialPassed();
    expect(standing.admit(2_002 + MINUTE_MS)).toBe('run');
    expect(standing.mustRunAlone(2_002 + MINUTE_MS)).toBe(true);
  });

  it('opens again at once when the trial dies', () => {
    const standing = opened();
    expect(standing.admit(2_000 + MINUTE_MS)).toBe('trial');
    standing.soloDeath(3_000 + MINUTE_MS);
    expect(standing.admit(3_001 + MINUTE_MS)).toBe('refuse');
    expect(standing.admit(3_000 + 2 * MINUTE_MS)).toBe('trial');
  });

  it('gives the trial to the next one when it never started', () => {
    const standing = opened();
    expect(standing.admit(2_000 + MINUTE_MS)).toBe('trial');
    standing.trialAbandoned();
    expect(standing.admit(2_001 + MINUTE_MS)).toBe('trial');
  });
});
