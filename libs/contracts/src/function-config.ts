import { SluiceError, type ErrorDetail } from './sluice-error';
import { LIMITS } from './limits';

/** What a function is run with. Immutable per version; a change of it makes a new version. */
export interface FunctionConfig {
  /** Wall-clock time of one invocation. */
  readonly timeoutMs: number;
  /** Heap limit of one execution environment. */
  readonly memoryMb: number;
  /** Running time of the isolate one invocation may use. */
  readonly cpuMs: number;
  /** Invocations one execution environment runs at the same time. */
  readonly concurrency: number;
  /** Invocations one runner runs at the same time, over all environments; more wait in order. */
  readonly maxConcurrency: number;
  /** The function may be run a second time when its host died under it. */
  readonly idempotent: boolean;
  /** The file whose exports hold the handler; absent = index.* or package.json main. */
  readonly entry?: string;
  /** The function URL; absent = none. IAM: only signed requests that a policy allows. */
  readonly url?: { readonly auth: FunctionUrlAuth };
}

export type FunctionUrlAuth = 'NONE' | 'IAM';

/** Names to values; kept encrypted, never part of `FunctionConfig`. */
export type FunctionEnvironment = Readonly<Record<string, string>>;

export interface ParsedFunctionConfig {
  readonly config: FunctionConfig;
  /** undefined = not mentioned, keep the present one. */
  readonly environment: FunctionEnvironment | undefined;
}

const ENVIRONMENT_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,127}$/;
const INTEGERS: Record<string, readonly [min: number, max: number]> = {
  timeoutMs: [LIMITS.functionTimeoutMsMin, LIMITS.functionTimeoutMsMax],
  memoryMb: [LIMITS.functionMemoryMbMin, LIMITS.functionMemoryMbMax],
  cpuMs: [LIMITS.functionCpuMsMin, LIMITS.functionCpuMsMax],
  concurrency: [1, LIMITS.functionConcurrencyMax],
  maxConcurrency: [1, LIMITS.functionMaxConcurrencyMax],
};

export const DEFAULT_FUNCTION_CONFIG: FunctionConfig = {
  timeoutMs: LIMITS.functionTimeoutMsDefault,
  memoryMb: LIMITS.functionMemoryMbDefault,
  cpuMs: LIMITS.functionCpuMsDefault,
  concurrency: LIMITS.functionConcurrencyLambdaDefault,
  maxConcurrency: LIMITS.functionMaxConcurrencyDefault,
  idempotent: false,
};

/**
 * Checks a config from an upload (JSON, or query parameters turned into strings) over the present one.
 * Fields that are absent keep their present value; `url: null` or `url=` removes the function URL.
 * Throws VALIDATION_FAILED with one detail per bad field.
 */
export function parseFunctionConfig(
  input: unknown,
  present: FunctionConfig = DEFAULT_FUNCTION_CONFIG,
): ParsedFunctionConfig {
  if (typeof input !== 'object' || input === null || Array.isArray(input))
    throw invalid([{ path: 'config', message: 'must be an object' }]);
  const details: ErrorDetail[] = [];
  const next: { -readonly [K in keyof FunctionConfig]: FunctionConfig[K] } = { ...present };
  let environment: FunctionEnvironment | undefined;
  for (const [field, value] of Object.entries(input as Record<string, unknown>)) {
    const path = `config.${field}`;
    const range = Object.hasOwn(INTEGERS, field) ? INTEGERS[field] : undefined;
    if (range !== undefined) {
      const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value;
      if (typeof number === 'number' && Number.isInteger(number) && number >= range[0] && number <= range[1]) {
        next[field as 'timeoutMs'] = number;
      } else details.push({ path, message: `must be an integer from ${range[0]} to ${range[1]}` });
    } else if (field === 'idempotent') {
      if (value === true || value === 'true') next.idempotent = true;
      else if (value === false || value === 'false') next.idempotent = false;
      else details.push({ path, message: 'must be true or false' });
    } else if (field === 'entry') {
      if (typeof value === 'string' && value.length > 0 && value.length <= 255) next.entry = value;
      else details.push({ path, message: 'must be the name of an uploaded file' });
    } else if (field === 'url') {
      const auth = authOf(value);
      if (value === null || value === '') delete next.url;
      else if (auth === 'NONE' || auth === 'IAM') next.url = { auth };
      else
        details.push({
          path,
          message: 'must be { "auth": "NONE" } or { "auth": "IAM" } (query: url=NONE, url=IAM), or null to remove it',
        });
    } else if (field === 'environment') {
      environment = parseEnvironment(value, details);
    } else {
      details.push({
        path,
        message: `is not a setting; known: ${[...Object.keys(INTEGERS), 'idempotent', 'entry', 'url', 'environment'].join(', ')}`,
      });
    }
  }
  if (details.length > 0) throw invalid(details);
  return { config: next, environment };
}

function authOf(value: unknown): unknown {
  return typeof value === 'object' && value !== null && 'auth' in value ? value.auth : value;
}

function parseEnvironment(value: unknown, details: ErrorDetail[]): FunctionEnvironment | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    details.push({ path: 'config.environment', message: 'must be an object of strings (only in a JSON upload)' });
    return undefined;
  }
  let bytes = 0;
  for (const [name, text] of Object.entries(value)) {
    if (!ENVIRONMENT_NAME.test(name))
      details.push({ path: `config.environment.${name.slice(0, 64)}`, message: 'is not a valid variable name' });
    if (typeof text !== 'string')
      details.push({ path: `config.environment.${name.slice(0, 64)}`, message: 'must be a string' });
    else bytes += Buffer.byteLength(name) + Buffer.byteLength(text);
  }
  if (bytes > LIMITS.environmentBytesMax) {
    details.push({
      path: 'config.environment',
      message: `has ${bytes} bytes of names and values; at most ${LIMITS.environmentBytesMax}`,
    });
  }
  return { ...(value as Record<string, string>) };
}

function invalid(details: readonly ErrorDetail[]): SluiceError {
  return new SluiceError('VALIDATION_FAILED', 'The function configuration is not valid.', { details });
}
