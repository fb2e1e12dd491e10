import { GuestIsolate } from './isolate';
import { type GuestImage } from './snapshot';

/**
 * Keeps one isolate ready in which the prelude has booted and nobody's code has run: a cold start then only has to compile and
 * run the bundle. The spare has the heap limit that was asked for last; another limit gets an isolate of its own.
 */
export class SpareIsolate {
  private spare: GuestIsolate | null = null;
  private wantedMb = 0;

  constructor(private readonly image: GuestImage) {}

  take(memoryMb: number): GuestIsolate {
    this.wantedMb = memoryMb;
    const { spare } = this;
    if (spare === null || spare.memoryMb !== memoryMb) return new GuestIsolate(this.image, memoryMb);
    this.spare = null;
    return spare;
  }

  /** To be called when the event loop has nothing better to do: it blocks it for 1 to 3 ms. */
  refill(): void {
    if (this.wantedMb === 0 || this.spare?.memoryMb === this.wantedMb) return;
    this.discard();
    this.spare = new GuestIsolate(this.image, this.wantedMb);
  }

  /** Gives its memory back. */
  discard(): void {
    this.spare?.dispose();
    this.spare = null;
  }
}
