import { setImmediate as nextTurn } from 'node:timers/promises';
import { LIMITS } from '@sluice/contracts';
import { type SeriesData } from '../series/series-data';
import { SERIES_PER_SLICE, type SeriesRecorder, withWiderSeries } from '../series/series-recorder';
import { type MetricStore, storedBytes } from './metric-store';
import { type MetricState } from './metric-state';
import { type SeriesList } from './series-list';
import { floorTo } from './stretch';

export interface MetricFlusherOptions {
  readonly recorder: SeriesRecorder;
  readonly store: MetricStore;
  readonly list: SeriesList;
  readonly state: MetricState;
  /** Names this process among the writers; another start is another writer. */
  readonly writer: string;
  /** Wall clock. */
  readonly nowMs: () => number;
  readonly onError: (message: string, error: unknown) => void;
}

const FLUSH_INTERVAL_MS = 10_000;
const MINUTE_SECONDS = 60;
/** A series is listed again after this long, so that the list is written rarely. */
const LIST_AGAIN_SECONDS = 3_600;

/** A minute that has ended and is not in Redis yet. */
interface EndedMinute {
  readonly startSeconds: number;
  readonly entries: readonly (readonly [string, Buffer])[];
  readonly bytes: number;
}

/**
 * Brings what this process measured to Redis: every ten seconds what has changed in the present minute, and at the end of a minute its
 * last state. Minutes that Redis did not take wait in memory, at most ten of them; older ones are dropped and counted.
 */
export class MetricFlusher {
  private minuteSeconds: number;
  /** Of the present minute: how much a series had measured, and its bytes, when it was last written. */
  private written = new Map<string, { readonly measured: number; readonly bytes: number }>();
  private waiting: EndedMinute[] = [];
  private readonly listed = new Map<string, number>();
  private running: Promise<void> | null = null;
  private timer: NodeJS.Timeout | null = null;
  private failing = false;
  private dropped = 0;

  constructor(private readonly options: MetricFlusherOptions) {
    this.minuteSeconds = floorTo(options.nowMs() / 1_000, MINUTE_SECONDS);
  }

  start(): void {
    // On the clock's tens of seconds: the sixth is the end of the minute.
    const delayMs = FLUSH_INTERVAL_MS - (this.options.nowMs() % FLUSH_INTERVAL_MS);
    this.timer = setTimeout(() => {
      this.start();
      void this.flush();
    }, delayMs);
    this.timer.unref();
  }

  /** Writes what there is a last time. */
  async stop(): Promise<void> {
    if (this.timer !== null) clearTimeout(this.timer);
    await this.running;
    await this.flush();
  }

  /** Minutes that Redis did not take in time. */
  get droppedMinutes(): number {
    return this.dropped;
  }

  /** Resolves when everything measured before the call is written, or Redis refused it. Never rejects. */
  async flush(): Promise<void> {
    while (this.running !== null) await this.running;
    this.running = this.writeAll()
      .then(
        () => (this.failing = false),
        (error: unknown) => {
          if (!this.failing) this.options.onError('metrics could not be written; they wait', error);
          this.failing = true;
        },
      )
      .then(() => {
        this.running = null;
      });
    await this.running;
  }

  private async writeAll(): Promise<void> {
    if (this.nowMinute() !== this.minuteSeconds) await this.endMinute();
    await this.writeWaiting();
    await this.writePresent();
  }

  /** From the first line on requests count for the next minute; what is left of the old one is encoded at leisure. */
  private async endMinute(): Promise<void> {
    const { recorder } = this.options;
    const [startSeconds, written, ended] = [this.minuteSeconds, this.written, recorder.rotate()];
    this.minuteSeconds = this.nowMinute();
    this.written = new Map();
    if (ended.size === 0) return;
    const { entries, sizes } = await this.encodeChanged(ended, written);
    if (entries.length === 0) return;
    this.waiting.push({ startSeconds, entries, bytes: sumOf(sizes) });
    if (this.waiting.length > LIMITS.metricMinutesWaitingMax) {
      this.waiting.shift();
      this.dropped++;
    }
  }

  private async writeWaiting(): Promise<void> {
    const { store, state, writer } = this.options;
    for (let minute = this.waiting[0]; minute !== undefined; minute = this.waiting[0]) {
      const { startSeconds, entries, bytes } = minute;
      await store.write({ resolution: MINUTE_SECONDS, startSeconds, writer }, entries, bytes);
      await state.noteWritten(startSeconds, this.options.nowMs() / 1_000);
      await this.noteSeries(entries);
      this.waiting.shift();
    }
  }

  private async writePresent(): Promise<void> {
    const { recorder, store, writer } = this.options;
    const [startSeconds, written] = [this.minuteSeconds, this.written];
    if (recorder.current.size === 0) return;
    const { entries, sizes } = await this.encodeChanged(recorder.current, written);
    if (entries.length === 0) return;
    await store.write({ resolution: MINUTE_SECONDS, startSeconds, writer }, entries, sumOf(sizes));
    for (const [key, size] of sizes) written.set(key, size);
    await this.noteSeries(entries);
  }

  /** The series that measured more than what is written of them, as bytes, and the sizes of all that will then be written. */
  private async encodeChanged(
    window: ReadonlyMap<string, SeriesData>,
    written: ReadonlyMap<string, { measured: number; bytes: number }>,
  ): Promise<{ entries: [string, Buffer][]; sizes: Map<string, { measured: number; bytes: number }> }> {
    const entries: [string, Buffer][] = [];
    const sizes = new Map(written);
    for (const [key, data] of await withWiderSeries(window, () => nextTurn())) {
      const { measured } = data;
      if (written.get(key)?.measured === measured) continue;
      const encoded = data.encode();
      entries.push([key, encoded]);
      sizes.set(key, { measured, bytes: storedBytes(key, encoded) });
      if (entries.length % SERIES_PER_SLICE === 0) await nextTurn();
    }
    return { entries, sizes };
  }

  private async noteSeries(entries: EndedMinute['entries']): Promise<void> {
    const nowSeconds = Math.floor(this.options.nowMs() / 1_000);
    const due = entries
      .map(([key]) => key)
      .filter((key) => nowSeconds - (this.listed.get(key) ?? -Infinity) >= LIST_AGAIN_SECONDS);
    await this.options.list.note(due, nowSeconds);
    if (this.listed.size + due.length > LIMITS.metricSeriesListedMax) this.listed.clear();
    for (const key of due) this.listed.set(key, nowSeconds);
  }

  /** A clock that is set back must not lead into a minute that is written already: it would be written over. */
  private nowMinute(): number {
    return Math.max(this.minuteSeconds, floorTo(this.options.nowMs() / 1_000, MINUTE_SECONDS));
  }
}

function sumOf(sizes: ReadonlyMap<string, { readonly bytes: number }>): number {
  let sum = 0;
  for (const { bytes } of sizes.values()) sum += bytes;
  return sum;
}
