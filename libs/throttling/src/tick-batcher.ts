/**
 * Collects what arrives in one turn of the event loop and hands it on together. At most `callsInFlightMax` calls are under way; what
 * arrives meanwhile waits for the first of them, so a slow store makes batches larger, not more.
 */
export class TickBatcher<Item> {
  private waiting: Item[] = [];
  private callsInFlight = 0;
  private scheduled = false;

  constructor(
    /** Must not reject: every item is told its outcome by it. */
    private readonly call: (items: readonly Item[]) => Promise<void>,
    private readonly itemsMax: number,
    private readonly callsInFlightMax = 4,
  ) {}

  add(item: Item): void {
    this.waiting.push(item);
    if (this.scheduled || this.callsInFlight >= this.callsInFlightMax) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.flush();
    });
  }

  private flush(): void {
    while (this.waiting.length > 0 && this.callsInFlight < this.callsInFlightMax) {
      const items = this.waiting.splice(0, this.itemsMax);
      this.callsInFlight++;
      void this.call(items).finally(() => {
        this.callsInFlight--;
        this.flush();
      });
    }
  }
}
