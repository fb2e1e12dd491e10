import { LIMITS } from '@sluice/contracts';
import { dimensionsOf, kindOf, seriesKey, type Dimensions } from '../series/dimensions';
import { SeriesData } from '../series/series-data';
import { addUp, type MetricStore } from './metric-store';
import { type MetricState } from './metric-state';
import { type SeriesList } from './series-list';
import { floorTo, RESOLUTIONS, type Stretch } from './stretch';

/** Which series to add up: those with all of these dimensions. */
export interface SeriesSelection {
  readonly kind: Dimensions['kind'];
  readonly api?: string;
  readonly stage?: string;
  readonly route?: string;
  /** Method of the route key. */
  readonly method?: string;
  /** Path of the route key. */
  readonly resource?: string;
  readonly function?: string;
  readonly version?: string;
}

export interface TimeRange {
  /** Epoch seconds; both are multiples of the period. */
  readonly fromSeconds: number;
  readonly toSeconds: number;
  readonly periodSeconds: number;
}

export interface PeriodData {
  readonly startSeconds: number;
  readonly data: SeriesData;
}

/** Several periods as one. */
export function addPeriods(kind: Dimensions['kind'], periods: readonly PeriodData[]): SeriesData {
  const sum = new SeriesData(kind);
  for (const { data } of periods) sum.addLater(data);
  return sum;
}

/** More series than one query may add up. */
export class TooManySeries extends Error {
  constructor(readonly found: number) {
    super(`${found} series match`);
  }
}

/** Reads what all gateways measured. */
export class MetricReader {
  constructor(
    private readonly options: { readonly store: MetricStore; readonly state: MetricState; readonly list: SeriesList },
  ) {}

  /** What was measured in each period that has data, oldest first. Throws TooManySeries. */
  async read(selection: SeriesSelection, range: TimeRange): Promise<PeriodData[]> {
    const seriesKeys = await this.select(selection, range.fromSeconds);
    const stretches = await this.stretchesFor(range);
    const found = await this.options.store.read(stretches, seriesKeys);
    const periods = Map.groupBy(found, ({ startSeconds }) => floorTo(startSeconds, range.periodSeconds));
    return [...periods]
      .sort(([a], [b]) => a - b)
      .map(([startSeconds, parts]) => ({ startSeconds, data: addUp(selection.kind, parts) }));
  }

  /** Series of the kind measured since, in no order. */
  async listed(kind: Dimensions['kind'], fromSeconds: number): Promise<Dimensions[]> {
    const keys = await this.options.list.since(fromSeconds);
    return keys.filter((key) => kindOf(key) === kind).map(dimensionsOf);
  }

  /**
   * The coarsest stretches that fit into the period, as far as they are made, and finer ones from there to now: a day by the hour is
   * two dozen reads, not 1,440.
   */
  private async stretchesFor({ fromSeconds, toSeconds, periodSeconds }: TimeRange): Promise<Stretch[]> {
    const { store, state } = this.options;
    const stretches: Stretch[] = [];
    let startSeconds = fromSeconds;
    for (const { seconds } of [...RESOLUTIONS].reverse()) {
      if (periodSeconds % seconds !== 0) continue;
      const endSeconds = seconds === 60 ? toSeconds : Math.min(toSeconds, (await state.rolledUpTo(seconds)) ?? 0);
      if (endSeconds <= startSeconds) continue;
      stretches.push(...(await store.stretches(seconds, startSeconds, endSeconds)));
      startSeconds = endSeconds;
    }
    return stretches;
  }

  private async select(selection: SeriesSelection, fromSeconds: number): Promise<string[]> {
    const exact = exactKey(selection);
    if (exact !== null) return [exact];
    const listed = await this.listed(selection.kind, fromSeconds - LISTED_SLACK_SECONDS);
    const keys = listed.filter((dimensions) => matches(dimensions, selection)).map(seriesKey);
    if (keys.length > LIMITS.metricSeriesPerQueryMax) throw new TooManySeries(keys.length);
    return keys;
  }
}

/** A series that is measured all the time is listed again once an hour. */
const LISTED_SLACK_SECONDS = 2 * 3_600;

/** Where the dimensions are the first ones without a gap there is one series that is just that. */
function exactKey({ method, resource, ...given }: SeriesSelection): string | null {
  if (method !== undefined && resource !== undefined) return exactKey({ ...given, route: `${method} ${resource}` });
  if (method !== undefined || resource !== undefined) return null;
  const values = given.kind === 'api' ? [given.api, given.stage, given.route] : [given.function, given.version];
  const firstGap = values.indexOf(undefined);
  if (firstGap >= 0 && values.slice(firstGap).some((value) => value !== undefined)) return null;
  return seriesKey(given);
}

/** Only the narrowest series are added up, so that nothing counts twice. */
function matches(dimensions: Dimensions, wanted: SeriesSelection): boolean {
  const is = (value: string | undefined, expected: string | undefined): boolean =>
    expected === undefined || value === expected;
  if (dimensions.kind === 'function') {
    const { function: name, version } = dimensions;
    return version !== undefined && is(name, wanted.function) && is(version, wanted.version);
  }
  const { api, stage, route } = dimensions;
  if (route === undefined) return false;
  const space = route.indexOf(' ');
  return (
    is(api, wanted.api) &&
    is(stage, wanted.stage) &&
    is(route, wanted.route) &&
    is(route.slice(0, Math.max(space, 0)), wanted.method) &&
    is(route.slice(space + 1), wanted.resource)
  );
}
