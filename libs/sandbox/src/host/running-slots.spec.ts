import { RunningSlots, type RunningSlot } from './running-slots';

const taken = (slot: RunningSlot | null): RunningSlot => {
  if (slot === null) throw new Error('no place');
  return slot;
};

describe('running slots', () => {
  it('one function has at most half of the places', () => {
    const slots = new RunningSlots(4);
    taken(slots.take('a'));
    taken(slots.take('a'));
    expect(slots.take('a')).toBeNull();
    taken(slots.take('b'));
    expect(slots.inUse).toBe(3);
  });

  it('a long slice gives its place away but still counts for its function', () => {
    const slots = new RunningSlots(2);
    const long = taken(slots.take('a'));
    slots.becomeLong(long);
    slots.becomeLong(long);
    expect(slots.take('a')).toBeNull();
    taken(slots.take('b'));
    taken(slots.take('c'));
    expect(slots.take('d')).toBeNull();
    slots.end(long);
    expect(slots.anyFree).toBe(false);
  });

  it('a single place is enough for everybody in turn', () => {
    const slots = new RunningSlots(1);
    const slot = taken(slots.take('a'));
    expect(slots.take('b')).toBeNull();
    slots.end(slot);
    taken(slots.take('b'));
  });
});
