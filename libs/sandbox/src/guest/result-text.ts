/* eslint-disable @typescript-eslint/unbound-method -- intrinsics are taken off their prototypes on purpose */
import { LIMITS, OUTCOME } from '@sluice/contracts/invocation';
import { readText } from './error-payload';
import {
  apply,
  bareArray,
  getPrototypeOf,
  isArray,
  jsonStringify,
  NativeTypeError,
  objectCreate,
  objectKeys,
  toNumber,
  toText,
} from './primordials';
import { utf8Bytes } from './utf8';

export interface ResultText {
  readonly outcome: typeof OUTCOME.ok | typeof OUTCOME.responseTooLarge | typeof OUTCOME.responseMalformed;
  /** The JSON text, or why there is none. */
  readonly text: string;
}

const DEPTH_MAX = 1_000;
const TOO_LARGE: unknown = {};

/**
 * JSON of what a handler returned, as `JSON.stringify` writes it (toJSON, undefined left out, NaN as null), but bounded, and
 * out of reach of whatever the upload did to prototypes: every property is read once into a copy nothing inherits from, and the
 * budget is spent while copying, so a text over the limit is never built. Deviations: more than 1,000 levels are refused.
 */
export function resultText(value: unknown): ResultText {
  budget = LIMITS.responseBytesMax;
  try {
    const copy = plainCopy(value, '', 0, null);
    if (copy === undefined) {
      if (value === undefined) return { outcome: OUTCOME.ok, text: 'null' };
      return { outcome: OUTCOME.responseMalformed, text: `a ${typeof value} has no JSON form` };
    }
    const text = jsonStringify(copy);
    const fits = text.length * 3 <= LIMITS.responseBytesMax || utf8Bytes(text) <= LIMITS.responseBytesMax;
    return fits ? { outcome: OUTCOME.ok, text } : { outcome: OUTCOME.responseTooLarge, text: '' };
  } catch (error) {
    if (error === TOO_LARGE) return { outcome: OUTCOME.responseTooLarge, text: '' };
    return { outcome: OUTCOME.responseMalformed, text: readText(error, 'message', 500) };
  }
}

/** Bytes of JSON the result in hand may still take. */
let budget = 0;

interface Ancestors {
  readonly object: object;
  readonly above: Ancestors | null;
}

function spend(bytes: number): void {
  budget -= bytes;
  if (budget < 0) throw TOO_LARGE;
}

function plainCopy(value: unknown, key: string, depth: number, ancestors: Ancestors | null): unknown {
  switch (typeof value) {
    case 'string':
      spend(value.length + 2);
      return value;
    case 'number':
    case 'boolean':
      spend(1);
      return value;
    case 'bigint': {
      const toJson = (value as unknown as { toJSON?: unknown }).toJSON;
      if (typeof toJson !== 'function') throw new NativeTypeError('Do not know how to serialize a BigInt');
      return plainCopy(apply(toJson, value, [key]), key, depth + 1, ancestors);
    }
    case 'object':
      break;
    default:
      return undefined;
  }
  if (value === null) {
    spend(4);
    return null;
  }
  if (depth > DEPTH_MAX) throw new NativeTypeError(`nested deeper than ${DEPTH_MAX} levels`);
  const toJson = (value as { toJSON?: unknown }).toJSON;
  if (typeof toJson === 'function') {
    const replaced: unknown = apply(toJson, value, [key]);
    if (typeof replaced !== 'object' || replaced === null) {
      if (typeof replaced === 'bigint') throw new NativeTypeError('Do not know how to serialize a BigInt');
      return plainCopy(replaced, key, depth + 1, ancestors);
    }
    value = replaced;
  }
  const object = value as object;
  if (depth > 30) refuseCycle(object, ancestors);
  const here: Ancestors = { object, above: ancestors };
  return isArray(object) ? arrayCopy(object, depth, here) : objectCopy(object, depth, here);
}

/** A fast-mode object that inherits nothing: no setter, no toJSON. */
const Plain = function () {} as unknown as new () => Record<string, unknown>;
(Plain as { prototype: unknown }).prototype = objectCreate(null);

function objectCopy(object: object, depth: number, ancestors: Ancestors): unknown {
  const boxed = unboxed(object);
  if (boxed !== undefined) return plainCopy(boxed, '', depth + 1, ancestors);
  spend(2);
  const copy = new Plain();
  const keys = objectKeys(object);
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] as string;
    const value = plainCopy((object as Record<string, unknown>)[key], key, depth + 1, ancestors);
    if (value === undefined) continue;
    spend(key.length + 4);
    copy[key] = value;
  }
  return copy;
}

function arrayCopy(array: readonly unknown[], depth: number, ancestors: Ancestors): unknown {
  const length = array.length;
  if (length * 2 > budget) throw TOO_LARGE;
  spend(2);
  const copy = bareArray<unknown>();
  for (let at = 0; at < length; at++) {
    const value = plainCopy(array[at], toText(at), depth + 1, ancestors);
    if (value === undefined) spend(4);
    spend(1);
    copy[at] = value === undefined ? null : value;
  }
  return copy;
}

/** Cycles are looked for once an object lies so deep that one is likely; the message is V8's first line. */
function refuseCycle(object: object, ancestors: Ancestors | null): void {
  for (let above = ancestors; above !== null; above = above.above) {
    if (above.object === object) throw new NativeTypeError('Converting circular structure to JSON');
  }
}

const NumberPrototype: unknown = Number.prototype;
const StringPrototype: unknown = String.prototype;
const BooleanPrototype: unknown = Boolean.prototype;
const booleanValue = Boolean.prototype.valueOf;

function unboxed(object: object): unknown {
  const prototype: unknown = getPrototypeOf(object);
  if (prototype === NumberPrototype) return toNumber(object);
  if (prototype === StringPrototype) return toText(object);
  if (prototype === BooleanPrototype) return apply(booleanValue, object, []);
  return undefined;
}
