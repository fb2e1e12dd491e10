/* eslint-disable @typescript-eslint/unbound-method -- intrinsics are taken off their prototypes on purpose */
/**
 * The intrinsics the prelude uses, taken before any uploaded code ran. Nothing in `guest/` calls a method that is looked up
 * on a prototype at call time: an upload may have replaced it.
 */
const { bind, call } = Function.prototype;

/** `uncurry(String.prototype.slice)(text, 0, 3)` = `text.slice(0, 3)`, whatever becomes of the prototype. */
export const uncurry = bind.bind(call) as <This, Args extends unknown[], Result>(
  method: (this: This, ...args: Args) => Result,
) => (self: This, ...args: Args) => Result;

export const jsonParse = JSON.parse;
export const jsonStringify = JSON.stringify as (value: unknown) => string;
export const now = Date.now;
export const {
  keys: objectKeys,
  create: objectCreate,
  freeze,
  defineProperty,
  getPrototypeOf,
  setPrototypeOf,
  getOwnPropertyDescriptor,
} = Object;
export const apply = Reflect.apply as (fn: unknown, self: unknown, args: ArrayLike<unknown>) => unknown;
export const { construct, ownKeys } = Reflect;
export const isArray = Array.isArray;
export const NativePromise = Promise;
export const NativeArrayBuffer = ArrayBuffer;
export const NativeUint8Array = Uint8Array;
export const NativeUint32Array = Uint32Array;
export const NativeError = Error;
export const NativeTypeError = TypeError;
export const NativeRangeError = RangeError;
export const toText = String;
export const toNumber = Number;
export const isView = ArrayBuffer.isView;
export const { floor, min, max } = Math;

export const promiseThen = uncurry(Promise.prototype.then as (...args: unknown[]) => unknown) as (
  promise: Promise<unknown>,
  onValue: (value: unknown) => void,
  onError: (error: unknown) => void,
) => void;
export const resolvedPromise = Promise.resolve();
export const slice = uncurry(String.prototype.slice);
export const charCodeAt = uncurry(String.prototype.charCodeAt);
export const indexOf = uncurry(String.prototype.indexOf);
export const toWellFormed = uncurry(String.prototype.toWellFormed);
export const toLowerCase = uncurry(String.prototype.toLowerCase);
export const fromCharCode = String.fromCharCode;
export const objectToString = uncurry(Object.prototype.toString);

export const ObjectPrototype: unknown = Object.prototype;
export const ArrayPrototype: unknown = Array.prototype;

/** A record without prototype: keys of any name, no inherited setter. */
export const record = <Value>(): Record<string | number, Value> => objectCreate(null) as Record<string | number, Value>;

/** An array without prototype: an index can be assigned whatever setters `Array.prototype` was given, and JSON finds no toJSON. */
export const bareArray = <Value>(): Value[] => setPrototypeOf([], null) as Value[];
