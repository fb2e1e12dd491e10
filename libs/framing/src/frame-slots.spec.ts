import { FrameSlots } from './frame-slots';

function add<T>(slots: FrameSlots<T>, value: T): number {
  const id = slots.nextId();
  slots.set(id, value);
  return id;
}

describe('frame slots', () => {
  it('find what an id stands for until it is deleted', () => {
    const slots = new FrameSlots<string>();
    const [a, b] = [add(slots, 'a'), add(slots, 'b')];
    expect([slots.get(a), slots.get(b), slots.size]).toEqual(['a', 'b', 2]);
    expect([slots.delete(a), slots.delete(a), slots.get(a), slots.size]).toEqual([true, false, undefined, 1]);
    expect(slots.values()).toEqual(['b']);
  });

  it('give a used slot another id: a late frame does not meet the next tenant', () => {
    const slots = new FrameSlots<string>();
    const first = add(slots, 'first');
    slots.delete(first);
    const second = add(slots, 'second');
    expect(second).not.toBe(first);
    expect([slots.get(first), slots.delete(first), slots.get(second)]).toEqual([undefined, false, 'second']);
  });

  it('never are 0, however often a slot is used', () => {
    const slots = new FrameSlots<true>();
    const ids = Array.from({ length: 2 ** 12 + 1 }, () => {
      const id = add(slots, true);
      slots.delete(id);
      return id;
    });
    expect(ids).not.toContain(0);
  });

  it('stay u32 and unambiguous over many uses of few slots', () => {
    const slots = new FrameSlots<number>();
    let previous = -1;
    for (let use = 0; use < 10_000; use++) {
      const id = add(slots, use);
      expect(id === previous || id < 0 || id > 0xffff_ffff || !Number.isInteger(id)).toBe(false);
      expect(slots.get(id)).toBe(use);
      slots.delete(id);
      previous = id;
    }
    expect(slots.size).toBe(0);
  });

  it('take ids that the other side chose, in any order', () => {
    const [ours, theirs] = [new FrameSlots<string>(), new FrameSlots<string>()];
    const ids = Array.from({ length: 100 }, (_, index) => add(ours, `v${index}`));
    for (const id of [...ids].reverse()) theirs.set(id, ours.get(id) as string);
    expect(ids.map((id) => theirs.get(id))).toEqual(Array.from({ length: 100 }, (_, index) => `v${index}`));
    expect(theirs.size).toBe(100);
    theirs.clear();
    expect([theirs.size, theirs.values()]).toEqual([0, []]);
  });
});
