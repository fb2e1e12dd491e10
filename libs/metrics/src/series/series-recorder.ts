import { type Dimensions, kindOf, parentKey, seriesKey } from './dimensions';
import { SeriesData } from './series-data';

export interface SeriesRecorderOptions {
  /** Series measured at a time; what comes beyond is counted with the series it is a part of. */
  readonly seriesMax: number;
}

/**
 * What this process measures in the present minute: only series with traffic take memory. A caller keeps the `RecordedSeries` of what
 * it measures, so recording is a few additions; the first one of a minute makes the room.
 */
export class SeriesRecorder {
  private window = new Map<string, SeriesData>();
  private opened: RecordedSeries[] = [];

  constructor(private readonly options: SeriesRecorderOptions) {}

  series(dimensions: Dimensions): RecordedSeries {
    return new RecordedSeries(this, seriesKey(dimensions));
  }

  /** What was measured since the last `rotate`. Still growing. */
  get current(): ReadonlyMap<string, SeriesData> {
    return this.window;
  }

  /** Ends the minute: answers what was measured in it, which nobody changes any more. */
  rotate(): ReadonlyMap<string, SeriesData> {
    const ended = this.window;
    this.window = new Map();
    for (const series of this.opened) series.data = null;
    this.opened = [];
    return ended;
  }

  /** The room of a series in the present minute. */
  open(series: RecordedSeries): SeriesData {
    let key = series.key;
    let data = this.window.get(key);
    if (data === undefined) {
      // A full window has room for the few wide series still: otherwise the sums would be wrong.
      while (this.window.size >= this.options.seriesMax && !this.window.has(key)) {
        const wider = parentKey(key);
        if (wider === null) break;
        key = wider;
      }
      data = this.window.get(key) ?? new SeriesData(kindOf(key));
      this.window.set(key, data);
    }
    series.data = data;
    this.opened.push(series);
    return data;
  }
}

/** A handle of one series. `data` is null until the first record of a minute. */
export class RecordedSeries {
  data: SeriesData | null = null;

  constructor(
    private readonly recorder: SeriesRecorder,
    readonly key: string,
  ) {}

  get present(): SeriesData {
    return this.data ?? this.recorder.open(this);
  }
}

export const SERIES_PER_SLICE = 256;

/**
 * The series of a window with the wider ones they are part of. Those are sums, made when somebody looks and not with every request.
 * `pause` is awaited every few hundred series, so that ten thousand of them do not hold up the requests of this process.
 */
export async function withWiderSeries(
  window: ReadonlyMap<string, SeriesData>,
  pause: () => Promise<void>,
): Promise<ReadonlyMap<string, SeriesData>> {
  const all = new Map<string, SeriesData>();
  let seen = 0;
  // A copy, because requests go on opening series meanwhile.
  for (const [key, data] of [...window]) {
    if (++seen % SERIES_PER_SLICE === 0) await pause();
    if (NARROWEST.test(key)) all.set(key, data);
    else addTo(all, key, data);
    for (let wider = parentKey(key); wider !== null; wider = parentKey(wider)) addTo(all, wider, data);
  }
  return all;
}

/** Three dimensions of an API, two of a function: nothing is summed up in these. */
const NARROWEST = /^(A(\|[^|]*){2}\||F\|[^|]*\|)/;

function addTo(sums: Map<string, SeriesData>, key: string, data: SeriesData): void {
  let sum = sums.get(key);
  if (sum === undefined) sums.set(key, (sum = new SeriesData(data.kind)));
  sum.addElsewhere(data);
}
