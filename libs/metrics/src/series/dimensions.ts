import { type SeriesKind } from './metric-catalogue';

/** What a series is about. No dimension at all = everything of its kind. */
export type Dimensions = ApiDimensions | FunctionDimensions;

export interface ApiDimensions {
  readonly kind: 'api';
  /** `-` = no API was found for the request. */
  readonly api?: string;
  readonly stage?: string;
  /** The route key, `GET /pets/{id}` or `$default`. */
  readonly route?: string;
}

export interface FunctionDimensions {
  readonly kind: 'function';
  readonly function?: string;
  readonly version?: string;
}

/** Separates the parts of a key. Route keys come last and may hold anything. */
const SEPARATOR = '|';
const DIMENSION_NAMES = { api: ['api', 'stage', 'route'], function: ['function', 'version'] } as const;

/** The name of a series in memory and in Redis: one letter for the kind, then the dimensions from the widest to the narrowest. */
export function seriesKey(dimensions: Dimensions): string {
  if (dimensions.kind === 'api') return keyOf('A', dimensions.api, dimensions.stage, dimensions.route);
  return keyOf('F', dimensions.function, dimensions.version);
}

export function kindOf(key: string): SeriesKind {
  return key.startsWith('A') ? 'api' : 'function';
}

export function dimensionsOf(key: string): Dimensions {
  const kind = kindOf(key);
  const names = DIMENSION_NAMES[kind];
  const values = key.split(SEPARATOR).slice(1);
  const last = values.slice(names.length - 1).join(SEPARATOR);
  const parts = values.length >= names.length ? [...values.slice(0, names.length - 1), last] : values;
  return { kind, ...Object.fromEntries(parts.map((value, index) => [names[index], value])) } as Dimensions;
}

/** The series that this one is a part of, one dimension less; null for a whole kind. */
export function parentKey(key: string): string | null {
  const most = DIMENSION_NAMES[kindOf(key)].length;
  let end = 0;
  for (let part = 0, next = key.indexOf(SEPARATOR); part < most && next >= 0; part++) {
    end = next;
    next = key.indexOf(SEPARATOR, next + 1);
  }
  return end === 0 ? null : key.slice(0, end);
}

function keyOf(letter: string, ...values: readonly (string | undefined)[]): string {
  let key = letter;
  for (const value of values) {
    if (value === undefined) break;
    key += SEPARATOR + value;
  }
  return key;
}
