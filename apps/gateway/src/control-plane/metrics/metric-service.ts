import { LIMITS } from '@sluice/contracts';
import {
  addPeriods,
  METRICS,
  statisticIn,
  statisticsOf,
  TooManySeries,
  type Dimensions,
  type Metric,
  type MetricReader,
  type SeriesData,
  type Statistic,
} from '@sluice/metrics';
import { badRequest, integerParameter, knownQueryParameters, type AdminRequest } from '../http/admin-request';
import { parseSince } from '../logs/since';
import { parseMetricQuery } from './metric-query';

/** The part of the archive that questions need. */
export interface MetricSource {
  readonly reader: MetricReader;
  refresh(): Promise<void>;
}

export interface MetricAnswer {
  readonly metric: string;
  readonly unit: string;
  readonly period: number;
  readonly start: string;
  readonly end: string;
  readonly dimensions: object;
  /** One per period that has data, oldest first. */
  readonly datapoints: readonly object[];
  /** The same statistics of the whole time; null without data. */
  readonly total: object | null;
}

const SERIES_LIMIT_DEFAULT = 100;
const SERIES_LIMIT_MAX = 1_000;
const SINCE_DEFAULT = '3h';

/** Questions about what all gateways measured. */
export class MetricService {
  constructor(
    private readonly source: MetricSource,
    private readonly nowMs: () => number,
  ) {}

  /** @throws SluiceError BAD_REQUEST */
  async query(request: AdminRequest): Promise<MetricAnswer> {
    const { name, metric, statistics, selection, range } = parseMetricQuery(request, this.nowMs());
    await this.source.refresh();
    const periods = await this.source.reader.read(selection, range).catch((error: unknown) => {
      if (!(error instanceof TooManySeries)) throw error;
      throw badRequest(
        `${error.found} series have these dimensions; at most ${LIMITS.metricSeriesPerQueryMax} are added up. Name more dimensions.`,
      );
    });
    const { kind, ...dimensions } = selection;
    return {
      metric: name,
      unit: metric.unit,
      period: range.periodSeconds,
      start: isoTime(range.fromSeconds),
      end: isoTime(range.toSeconds),
      dimensions,
      datapoints: periods.map(({ startSeconds, data }) => ({
        timestamp: isoTime(startSeconds),
        ...valuesOf(data, metric, statistics),
      })),
      total: periods.length === 0 ? null : valuesOf(addPeriods(kind, periods), metric, statistics),
    };
  }

  /** What can be asked for. @throws SluiceError BAD_REQUEST */
  async series(request: AdminRequest): Promise<object> {
    const query = knownQueryParameters(request, [
      'api',
      'stage',
      'route',
      'function',
      'version',
      'since',
      'limit',
      'cursor',
    ]);
    const limit = integerParameter('limit', query.limit, 1, SERIES_LIMIT_MAX) ?? SERIES_LIMIT_DEFAULT;
    const sinceSeconds = parseSince(query.since ?? SINCE_DEFAULT, this.nowMs()) / 1_000;
    const { since: _since, limit: _limit, cursor, ...wanted } = query;
    await this.source.refresh();
    const { reader } = this.source;
    const all = [...(await reader.listed('api', sinceSeconds)), ...(await reader.listed('function', sinceSeconds))];
    const texts = all
      .filter((dimensions) => hasAll(dimensions, wanted))
      .map(({ kind, ...dimensions }) => JSON.stringify({ kind, ...dimensions }))
      .sort();
    const after = cursor === undefined ? '' : Buffer.from(cursor, 'base64url').toString();
    const rest = texts.filter((text) => text > after);
    const page = rest.slice(0, limit);
    const last = page.at(-1);
    return {
      metrics: Object.entries(METRICS).map(([name, metric]) => ({
        metric: name,
        kind: metric.kind,
        unit: metric.unit,
        statistics: statisticsOf(metric),
        meaning: metric.meaning,
      })),
      series: page.map((text) => JSON.parse(text) as object),
      ...(rest.length > limit && last !== undefined ? { nextCursor: Buffer.from(last).toString('base64url') } : {}),
    };
  }
}

function valuesOf(data: SeriesData, metric: Metric, statistics: readonly Statistic[]): object {
  return Object.fromEntries(statistics.map((statistic) => [statistic, statisticIn(data, metric, statistic)]));
}

function hasAll(dimensions: Dimensions, wanted: Readonly<Record<string, string>>): boolean {
  const actual: Readonly<Record<string, string | undefined>> = { ...dimensions };
  return Object.entries(wanted).every(([name, value]) => actual[name] === value);
}

function isoTime(epochSeconds: number): string {
  return new Date(epochSeconds * 1_000).toISOString();
}
