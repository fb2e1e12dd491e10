import { kindOf } from '../series/dimensions';
import { type MetricState } from './metric-state';
import { addUp, type MetricStore, storedBytes } from './metric-store';
import { type SeriesList } from './series-list';
import { floorTo, RESOLUTIONS, type ResolutionSeconds, ROLLED_UP, type Stretch } from './stretch';

export interface MetricRollupOptions {
  readonly store: MetricStore;
  readonly list: SeriesList;
  readonly state: MetricState;
  /** Everything kept in Redis together, about. */
  readonly bytesMax: number;
  /** Wall clock. */
  readonly nowMs: () => number;
}

/** A stretch is rolled up this long after its end: longer than gateways take to bring their last data, clocks that differ included. */
const SETTLED_AFTER_SECONDS = 90;
/** Few, because all of one chunk is added up in one go, in a process that answers requests. */
const SERIES_PER_CHUNK = 32;
const HOUR_SECONDS = 3_600;
const DAY_SECONDS = 86_400;

/**
 * Makes five minutes of minutes and hours of those, and keeps everything within its age and bytes. One process does it at a time; when
 * two do, both write the same. A process that was away goes on where the last one stopped.
 */
export class MetricRollup {
  constructor(private readonly options: MetricRollupOptions) {}

  async run(): Promise<void> {
    await this.rollUpNew(60, 300);
    await this.rollUpLate();
    await this.rollUpNew(300, HOUR_SECONDS);
    await this.dropOld();
    await this.dropBeyondBudget();
    await this.options.list.prune(this.nowSeconds());
  }

  private async rollUpNew(from: ResolutionSeconds, to: ResolutionSeconds): Promise<void> {
    const { store, state } = this.options;
    const settledSeconds = floorTo(this.nowSeconds() - SETTLED_AFTER_SECONDS, to);
    let startSeconds: number | null = (await state.rolledUpTo(to)) ?? 0;
    for (;;) {
      // Time without data is stepped over.
      startSeconds = await store.firstStart(from, startSeconds);
      if (startSeconds === null || startSeconds >= settledSeconds) break;
      startSeconds = floorTo(startSeconds, to);
      await this.rollUp(from, to, startSeconds);
      startSeconds += to;
      await state.setRolledUpTo(to, startSeconds);
    }
    await state.setRolledUpTo(to, settledSeconds);
  }

  /** Five minutes that got data after they were rolled up are made again, and the hour they are in. */
  private async rollUpLate(): Promise<void> {
    const { state } = this.options;
    const [late, keptFrom] = [await state.late(), await state.minutesKeptFrom()];
    const [minutesDone, hoursDone] = [await state.rolledUpTo(300), (await state.rolledUpTo(HOUR_SECONDS)) ?? 0];
    for (const startSeconds of late) {
      // Without all of its minutes it would become less, not more.
      if (startSeconds >= keptFrom && startSeconds < (minutesDone ?? 0)) {
        await this.rollUp(60, 300, startSeconds);
        const hour = floorTo(startSeconds, HOUR_SECONDS);
        if (hour < hoursDone) await this.rollUp(300, HOUR_SECONDS, hour);
      }
      await state.noLongerLate(startSeconds);
    }
  }

  private async rollUp(from: ResolutionSeconds, to: ResolutionSeconds, startSeconds: number): Promise<void> {
    const { store } = this.options;
    const stretches = await store.stretches(from, startSeconds, startSeconds + to);
    const seriesKeys = new Set<string>();
    for (const stretch of stretches) for (const key of await store.seriesOf(stretch)) seriesKeys.add(key);
    const all = [...seriesKeys];
    const target: Stretch = { resolution: to, startSeconds, writer: ROLLED_UP };
    let bytes = 0;
    for (let start = 0; start < all.length; start += SERIES_PER_CHUNK) {
      const found = await store.read(stretches, all.slice(start, start + SERIES_PER_CHUNK));
      const parts = Map.groupBy(found, ({ key }) => key);
      const entries = [...parts].map(([key, ofKey]) => [key, addUp(kindOf(key), ofKey).encode()] as const);
      for (const [key, data] of entries) bytes += storedBytes(key, data);
      await store.write(target, entries, bytes);
    }
  }

  private async dropOld(): Promise<void> {
    const { store } = this.options;
    for (const { seconds, secondsKept } of RESOLUTIONS)
      await store.drop(await store.stretches(seconds, 0, this.nowSeconds() - secondsKept));
  }

  /** What costs least to lose goes first: the finest, as long as it is also there more coarsely, and of that the oldest. */
  private async dropBeyondBudget(): Promise<void> {
    const { store, state, bytesMax } = this.options;
    const sizes = await store.sizes();
    let excessBytes = sizes.reduce((sum, { bytes }) => sum + bytes, 0) - bytesMax;
    if (excessBytes <= 0) return;
    const nowSeconds = this.nowSeconds();
    const isSpare = ({ resolution, startSeconds }: Stretch): boolean =>
      (resolution === 60 && startSeconds < nowSeconds - 2 * HOUR_SECONDS) ||
      (resolution === 300 && startSeconds < nowSeconds - DAY_SECONDS);
    const order = sizes.sort(
      (a, b) =>
        Number(isSpare(b)) - Number(isSpare(a)) ||
        (isSpare(a) ? a.resolution - b.resolution : 0) ||
        a.startSeconds - b.startSeconds,
    );
    const dropped: Stretch[] = [];
    for (const stretch of order) {
      if (excessBytes <= 0) break;
      dropped.push(stretch);
      excessBytes -= stretch.bytes;
    }
    const lastMinute = Math.max(...dropped.filter(({ resolution }) => resolution === 60).map((s) => s.startSeconds), 0);
    if (lastMinute > 0) await state.setMinutesKeptFrom(lastMinute + 60);
    await store.drop(dropped);
  }

  private nowSeconds(): number {
    return Math.floor(this.options.nowMs() / 1_000);
  }
}
