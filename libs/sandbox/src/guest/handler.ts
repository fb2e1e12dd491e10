import { type Loaded } from '../isolate-protocol';
import { thrownParts } from './error-payload';
import { bareArray, jsonParse, objectKeys, record, slice, toText } from './primordials';

/** AWS's handler signature; `this` is never given. */
export type LambdaHandler = (event: unknown, context: object, callback: unknown) => unknown;

export interface FunctionIdentity {
  readonly name: string;
  readonly version: number;
  readonly memoryMb: number;
}

export interface LoadedModule {
  readonly handler: LambdaHandler | null;
  readonly report: Loaded;
}

const EXPORTS_NAMED_MAX = 50;

/** Runs the bundle's top level and finds its handler: `handler`, else a function as default export. */
export function loadModule(
  bundle: (process: object) => unknown,
  identity: FunctionIdentity,
  environmentJson: string,
): LoadedModule {
  try {
    const exported = bundle({ env: environmentOf(identity, environmentJson) });
    return findHandler(exported);
  } catch (thrown) {
    const parts = thrownParts(thrown);
    return {
      handler: null,
      report: { kind: 'error', errorType: parts.errorType, errorMessage: parts.errorMessage, stack: parts.stack },
    };
  }
}

/** `process.env` as the handler sees it: the function's own values over AWS's reserved names. */
function environmentOf(identity: FunctionIdentity, environmentJson: string): Record<string, string> {
  const environment: Record<string, string> = {
    AWS_LAMBDA_FUNCTION_NAME: identity.name,
    AWS_LAMBDA_FUNCTION_VERSION: toText(identity.version),
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: toText(identity.memoryMb),
  };
  const own = jsonParse(environmentJson) as Record<string, string>;
  const names = objectKeys(own);
  for (let at = 0; at < names.length; at++) environment[names[at] as string] = own[names[at] as string] as string;
  return environment;
}

function findHandler(exported: unknown): LoadedModule {
  const named = property(exported, 'handler');
  if (typeof named === 'function') return lambda(named as LambdaHandler);
  const byDefault = property(exported, 'default');
  if (typeof byDefault === 'function') return lambda(byDefault as LambdaHandler);
  const kind = typeof property(byDefault, 'fetch') === 'function' ? 'fetch' : 'none';
  return { handler: null, report: { kind, exports: namesOf(exported) } };
}

function lambda(handler: LambdaHandler): LoadedModule {
  return { handler, report: { kind: 'lambda', callback: handler.length >= 3 } };
}

function property(object: unknown, name: string): unknown {
  const owner = (typeof object === 'object' && object !== null) || typeof object === 'function';
  return owner ? (object as Record<string, unknown>)[name] : undefined;
}

function namesOf(exported: unknown): string[] {
  const names = bareArray<string>();
  if (typeof exported !== 'object' || exported === null) return names;
  const keys = objectKeys(exported);
  for (let at = 0; at < keys.length && at < EXPORTS_NAMED_MAX; at++) names[at] = slice(keys[at], 0, 100);
  return names;
}

/** A plain record of the report that JSON writes whatever prototypes say. */
export function reportRecord(report: Loaded): object {
  const copy = record<unknown>();
  const keys = objectKeys(report);
  for (let at = 0; at < keys.length; at++) copy[keys[at] as string] = report[keys[at] as keyof Loaded];
  return copy;
}
