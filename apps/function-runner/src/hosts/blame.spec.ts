import { judge, type HostDeath } from './blame';

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
