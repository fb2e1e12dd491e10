import { Circuit } from './circuit';

const MINUTE_MS = 60_000;

describe('the circuit of a revision', () => {
  function opened(): Circuit {
    const circuit = new Circuit();
    for (const atMs of [0, 1_000, 2_000]) circuit.death(atMs);
    return circuit;
  }

  it('opens at the third death of its own host within a minute, for a minute', () => {
    const circuit = new Circuit();
    circuit.death(0);
    circuit.death(1_000);
    expect(circuit.admit(1_001)).toBe('run');
    circuit.death(2_000);
    expect(circuit.admit(2_001)).toBe('refuse');
    expect(circuit.admit(2_000 + MINUTE_MS - 1)).toBe('refuse');
  });

  it('stays closed when the deaths are further apart', () => {
    const circuit = new Circuit();
    for (const atMs of [0, 30_000, 61_000, 95_000]) circuit.death(atMs);
    expect(circuit.admit(95_001)).toBe('run');
  });

  it('lets one trial through after its minute; others are refused until it is back', () => {
    const circuit = opened();
    expect(circuit.admit(2_000 + MINUTE_MS)).toBe('trial');
    expect(circuit.admit(2_001 + MINUTE_MS)).toBe('refuse');
    circuit.trialPassed();
    expect(circuit.admit(2_002 + MINUTE_MS)).toBe('run');
  });

  it('opens again at once when the trial dies', () => {
    const circuit = opened();
    expect(circuit.admit(2_000 + MINUTE_MS)).toBe('trial');
    circuit.death(3_000 + MINUTE_MS);
    expect(circuit.admit(3_001 + MINUTE_MS)).toBe('refuse');
    expect(circuit.admit(3_000 + 2 * MINUTE_MS)).toBe('trial');
  });

  it('gives the trial to the next one when it never started', () => {
    const circuit = opened();
    expect(circuit.admit(2_000 + MINUTE_MS)).toBe('trial');
    circuit.trialAbandoned();
    expect(circuit.admit(2_001 + MINUTE_MS)).toBe('trial');
  });
});
