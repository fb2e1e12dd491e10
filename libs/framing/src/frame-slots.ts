/** Ids are a slot number below a count of how often the slot was used, so that a late frame never meets its slot's next tenant. */
const SLOT_BITS = 20;
const SLOT_MASK = (1 << SLOT_BITS) - 1;
const USES_MAX = 2 ** (32 - SLOT_BITS);

/**
 * What frame ids stand for, thousands of times per second: u32 ids to values, without hashing and without garbage.
 * Not a Map, because a Map under constant adding and deleting leaves a chain of outgrown tables; each dead table that the garbage
 * collector has promoted keeps the next one and all its values alive until the next full collection.
 */
export class FrameSlots<T> {
  private readonly slots: (T | undefined)[] = [];
  private readonly ids: number[] = [];
  private readonly free: number[] = [];
  /** Slot 0 is never given out: id 0 stays free to mean "none" in every protocol. */
  private allocated = 1;
  private count = 0;

  get size(): number {
    return this.count;
  }

  /** A free id, never 0, taken until it is deleted. Ids are chosen by one side of a connection only. */
  nextId(): number {
    const slot = this.free.pop() ?? this.allocated++;
    if (slot > SLOT_MASK) throw new RangeError(`more than ${SLOT_MASK} frame ids are in use`);
    const uses = this.ids[slot] === undefined ? 0 : ((this.ids[slot] >>> SLOT_BITS) + 1) % USES_MAX;
    return ((uses << SLOT_BITS) | slot) >>> 0;
  }

  /** Takes the place of an id chosen here by `nextId`, or by the other side. */
  set(id: number, value: T): void {
    const slot = id & SLOT_MASK;
    while (this.slots.length <= slot) {
      this.slots.push(undefined);
      this.ids.push(this.slots.length - 1);
    }
    if (this.slots[slot] === undefined) this.count++;
    this.slots[slot] = value;
    this.ids[slot] = id;
  }

  get(id: number): T | undefined {
    const slot = id & SLOT_MASK;
    return this.ids[slot] === id ? this.slots[slot] : undefined;
  }

  /** Whether there was such a value. */
  delete(id: number): boolean {
    const slot = id & SLOT_MASK;
    if (this.ids[slot] !== id || this.slots[slot] === undefined) return false;
    this.slots[slot] = undefined;
    if (slot < this.allocated) this.free.push(slot);
    this.count--;
    return true;
  }

  clear(): void {
    this.ids.forEach((id) => this.delete(id));
  }

  /** A copy, so that values may be deleted while it is walked through. */
  values(): T[] {
    return this.slots.filter((value) => value !== undefined);
  }
}
