/** A slice that runs longer no longer keeps others from starting. */
export const LONG_SLICE_MS = 100;

/** One slice of an isolate's running time: from an entry to its end. */
export interface RunningSlot {
  readonly functionName: string;
  /** False once the slice became a long one. */
  holdsPlace: boolean;
}

/**
 * How many isolates may run at once. One function has at most half of the places (at least one) running, its long slices
 * included, so that it can never keep the others out.
 */
export class RunningSlots {
  private free: number;
  private readonly perFunctionMax: number;
  private readonly running = new Map<string, number>();

  constructor(total: number) {
    this.free = Math.max(1, total);
    this.perFunctionMax = Math.max(1, Math.floor(total / 2));
  }

  get anyFree(): boolean {
    return this.free > 0;
  }

  get inUse(): number {
    let sum = 0;
    for (const count of this.running.values()) sum += count;
    return sum;
  }

  take(functionName: string): RunningSlot | null {
    if (!this.mayTake(functionName)) return null;
    this.free--;
    this.running.set(functionName, (this.running.get(functionName) ?? 0) + 1);
    return { functionName, holdsPlace: true };
  }

  mayTake(functionName: string): boolean {
    return this.free > 0 && (this.running.get(functionName) ?? 0) < this.perFunctionMax;
  }

  /** The slice goes on, its place is free for others. */
  becomeLong(slot: RunningSlot): void {
    if (!slot.holdsPlace) return;
    slot.holdsPlace = false;
    this.free++;
  }

  end(slot: RunningSlot): void {
    this.becomeLong(slot);
    const left = (this.running.get(slot.functionName) ?? 1) - 1;
    if (left === 0) this.running.delete(slot.functionName);
    else this.running.set(slot.functionName, left);
  }
}
