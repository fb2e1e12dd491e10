import { LIMITS } from '@sluice/contracts';
import {
  isStatisticOf,
  METRICS,
  statisticsOf,
  type Metric,
  type SeriesSelection,
  type Statistic,
  type TimeRange,
} from '@sluice/metrics';
import { badRequest, integerParameter, knownQueryParameters, type AdminRequest } from '../http/admin-request';
import { parseSince } from '../logs/since';

export interface MetricQuery {
  readonly name: string;
  readonly metric: Metric;
  readonly statistics: readonly Statistic[];
  readonly selection: SeriesSelection;
  readonly range: TimeRange;
}

export const DIMENSIONS = {
  api: ['api', 'stage', 'route', 'method', 'resource'],
  function: ['function', 'version'],
} as const;
const PARAMETERS = [
  'metric',
  'statistic',
  'period',
  'start',
  'end',
  ...DIMENSIONS.api,
  ...DIMENSIONS.function,
] as const;
type Query = Partial<Record<(typeof PARAMETERS)[number], string>>;

const STATISTICS_MAX = 10;
const PERIOD_SECONDS_MAX = LIMITS.metricHoursSecondsKept;
const RANGE_DEFAULT_MS = 3_600_000;
const DEFAULT_STATISTICS: Readonly<Record<Metric['shape'], string>> = {
  counter: 'Sum',
  distribution: 'Average,p50,p90,p99',
  peak: 'Maximum',
};

/** Reads the question of `GET /v1/metrics`. @throws SluiceError BAD_REQUEST saying which parameter is wrong and what it may be */
export function parseMetricQuery(request: AdminRequest, nowMs: number): MetricQuery {
  const query = knownQueryParameters(request, PARAMETERS);
  const { name, metric } = metricNamed(query.metric);
  return {
    name,
    metric,
    statistics: parseStatistics(query.statistic ?? DEFAULT_STATISTICS[metric.shape], name, metric),
    selection: parseSelection(query, name, metric),
    range: parseRange(query, nowMs),
  };
}

export function metricNamed(name: string | undefined): { name: string; metric: Metric } {
  const metric = name !== undefined && Object.hasOwn(METRICS, name) ? METRICS[name] : undefined;
  if (name === undefined || metric === undefined)
    throw badRequest(`"metric" must be one of ${Object.keys(METRICS).join(', ')}.`);
  return { name, metric };
}

function parseStatistics(text: string, name: string, metric: Metric): Statistic[] {
  const statistics = [...new Set(text.split(','))];
  if (statistics.length > STATISTICS_MAX) throw badRequest(`"statistic" may name at most ${STATISTICS_MAX}.`);
  return statistics.map((statistic) => {
    if (isStatisticOf(metric, statistic)) return statistic;
    throw badRequest(
      `"${statistic.slice(0, 32)}" is no statistic of ${name}; it has ${statisticsOf(metric).join(', ')}.`,
    );
  });
}

function parseSelection(query: Query, name: string, { kind }: Metric): SeriesSelection {
  const other = DIMENSIONS[kind === 'api' ? 'function' : 'api'].find((dimension) => query[dimension] !== undefined);
  if (other !== undefined)
    throw badRequest(`${name} has no dimension "${other}"; it has ${DIMENSIONS[kind].join(', ')}.`);
  const given = DIMENSIONS[kind].flatMap((dimension) =>
    query[dimension] === undefined ? [] : [[dimension, query[dimension]]],
  );
  return { kind, ...(Object.fromEntries(given) as Omit<SeriesSelection, 'kind'>) };
}

function parseRange(query: Query, nowMs: number): TimeRange {
  const periodSeconds = integerParameter('period', query.period, 60, PERIOD_SECONDS_MAX) ?? 60;
  if (periodSeconds % 60 !== 0) throw badRequest('"period" must be a multiple of 60 seconds.');
  const endMs = query.end === undefined ? nowMs : parseSince(query.end, nowMs, 'end');
  const startMs = query.start === undefined ? endMs - RANGE_DEFAULT_MS : parseSince(query.start, nowMs, 'start');
  if (startMs >= endMs) throw badRequest('"start" must be before "end".');
  const fromSeconds = Math.floor(startMs / 1_000 / periodSeconds) * periodSeconds;
  const toSeconds = Math.ceil(endMs / 1_000 / periodSeconds) * periodSeconds;
  const datapoints = Math.ceil((endMs - startMs) / 1_000 / periodSeconds);
  if (datapoints > LIMITS.metricDatapointsMax) {
    throw badRequest(
      `These would be ${datapoints} datapoints; at most ${LIMITS.metricDatapointsMax}. Ask for a longer period or a shorter time.`,
    );
  }
  refuseTooFine(fromSeconds, periodSeconds, nowMs / 1_000);
  return { fromSeconds, toSeconds, periodSeconds };
}

/** What is not kept as finely as it is asked for would look as if nothing had happened. */
function refuseTooFine(fromSeconds: number, periodSeconds: number, nowSeconds: number): void {
  const ageSeconds = nowSeconds - fromSeconds - periodSeconds;
  if (ageSeconds > LIMITS.metricFiveMinutesSecondsKept && periodSeconds % 3_600 !== 0)
    throw badRequest('"period" must be a multiple of 3600: older than 15 days metrics are kept by the hour.');
  if (ageSeconds > LIMITS.metricMinutesSecondsKept && periodSeconds % 300 !== 0)
    throw badRequest('"period" must be a multiple of 300: older than a day metrics are kept by five minutes.');
}
