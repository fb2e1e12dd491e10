import { type Invocation } from './revision';

/**
 * The invocations an environment has started and not answered, oldest first: mostly one, never more than the 100 that may share an
 * environment. Not a Map: under constant adding and deleting that makes a new table every few calls, and every dead table which the
 * garbage collector has promoted keeps the next one alive with all it held (see `FrameSlots`).
 */
export class OpenInvocations {
  private readonly list: Invocation[] = [];

  get size(): number {
    return this.list.length;
  }

  get oldest(): Invocation | null {
    return this.list[0] ?? null;
  }

  add(invocation: Invocation): void {
    this.list.push(invocation);
  }

  get(id: number): Invocation | undefined {
    return this.list.find((invocation) => invocation.id === id);
  }

  /** Whether it was there. */
  delete(invocation: Invocation): boolean {
    const index = this.list.indexOf(invocation);
    if (index < 0) return false;
    this.list.splice(index, 1);
    return true;
  }

  /** A copy, so that invocations may be answered while it is walked through. */
  all(): readonly Invocation[] {
    return [...this.list];
  }
}
