import { type Metric } from '../series/metric-catalogue';
import { type SeriesData } from '../series/series-data';
import { type Sketch } from '../series/sketch';

/** CloudWatch's names: Sum, Average, Minimum, Maximum, SampleCount, or a percentile such as p99 or p99.9. */
export type Statistic = 'Sum' | 'Average' | 'Minimum' | 'Maximum' | 'SampleCount' | `p${number}`;

const PERCENTILE = /^p(100|\d{1,2}(\.\d{1,3})?)$/;
const OF_SHAPE: Readonly<Record<Metric['shape'], readonly Statistic[]>> = {
  counter: ['Sum', 'Average', 'SampleCount'],
  distribution: ['Sum', 'Average', 'Minimum', 'Maximum', 'SampleCount'],
  peak: ['Maximum'],
};

/** The statistics of a metric, as a reader may name them. */
export function statisticsOf({ shape }: Metric): readonly string[] {
  return shape === 'distribution' ? [...OF_SHAPE[shape], 'p0 to p100'] : OF_SHAPE[shape];
}

export function isStatisticOf({ shape }: Metric, text: string): text is Statistic {
  return (OF_SHAPE[shape] as readonly string[]).includes(text) || (shape === 'distribution' && PERCENTILE.test(text));
}

/** The number, or null where it has none: the average of nothing. */
export function statisticIn(data: SeriesData, { shape, index }: Metric, statistic: Statistic): number | null {
  if (shape === 'peak') return data.peaks[index] ?? null;
  if (shape === 'distribution') return ofSketch(data.distributions[index] as Sketch, statistic);
  const sum = data.counters[index] as number;
  // The first counter of each kind counts the samples: requests, invocations.
  const samples = data.counters[0] as number;
  if (statistic === 'SampleCount') return samples;
  if (statistic === 'Sum') return sum;
  return samples === 0 ? null : sum / samples;
}

function ofSketch(sketch: Sketch, statistic: Statistic): number | null {
  if (statistic === 'SampleCount') return sketch.count;
  if (statistic === 'Sum') return sketch.sum;
  if (sketch.count === 0) return null;
  if (statistic === 'Average') return sketch.sum / sketch.count;
  if (statistic === 'Minimum') return sketch.min;
  if (statistic === 'Maximum') return sketch.max;
  return sketch.quantile(Number(statistic.slice(1)) / 100);
}
