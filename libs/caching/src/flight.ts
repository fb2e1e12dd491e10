import { type CacheSlot, type StoredResponse } from './store/stored-response';

/** How a fetch ended, for those who waited for it. */
export type Landing =
  | { readonly kind: 'stored'; readonly response: StoredResponse }
  /** Its answer may not be shared: everybody asks for himself. */
  | { readonly kind: 'pass' }
  /** There was no answer; the next one would fare no better. */
  | { readonly kind: 'failed'; readonly error: unknown }
  /** Whoever fetched it went away. */
  | { readonly kind: 'abandoned' };

/** One fetch of an answer in this process, and all who wait for it. */
export class Flight {
  readonly landed: Promise<Landing>;
  /** Of the path's group when the fetch began; null = Redis was not asked. */
  epoch: number | null = null;
  /** Keeps the lock. */
  renewal: NodeJS.Timeout | null = null;
  private resolve: (landing: Landing) => void = () => undefined;

  constructor(
    readonly slot: CacheSlot,
    /** The newest flush when it began. */
    readonly sequence: number,
    /** Names this fetch among those of all gateways. */
    readonly token: string,
    readonly encrypted: boolean,
    /** Whether it takes the place of an answer that other gateways may hold. */
    readonly replaces: boolean,
  ) {
    this.landed = new Promise((resolve) => {
      this.resolve = resolve;
    });
  }

  /** The first call counts. */
  land(landing: Landing): void {
    if (this.renewal !== null) clearInterval(this.renewal);
    this.resolve(landing);
  }
}
