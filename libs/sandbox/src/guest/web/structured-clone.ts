/* eslint-disable @typescript-eslint/unbound-method -- intrinsics are taken off their prototypes on purpose */
import {
  apply,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  isArray,
  isView,
  NativeError,
  NativeTypeError,
  objectCreate,
  objectKeys,
  objectToString,
  toText,
  uncurry,
} from '../primordials';
import { isArrayBuffer, typedArrayName } from './buffer-source';
import { DOMException } from './dom-exception';

const NativeMap = Map;
const NativeSet = Set;
const NativeDate = Date;
const NativeRegExp = RegExp;
const NativeDataView = DataView;
const mapGet = uncurry(Map.prototype.get);
const mapSet = uncurry(Map.prototype.set);
const mapHas = uncurry(Map.prototype.has);
const setAdd = uncurry(Set.prototype.add);
const mapForEach = uncurry(Map.prototype.forEach);
const setForEach = uncurry(Set.prototype.forEach);
const dateValue = uncurry(Date.prototype.getTime);
const sliceBuffer = uncurry(ArrayBuffer.prototype.slice);
const transferBuffer = uncurry(
  (ArrayBuffer.prototype as unknown as { transfer: (this: ArrayBuffer) => ArrayBuffer }).transfer,
);
const regExpSource = getOwnPropertyDescriptor(RegExp.prototype, 'source')?.get as () => string;
const regExpFlags = getOwnPropertyDescriptor(RegExp.prototype, 'flags')?.get as () => string;
const defineOwn = Object.defineProperty;
const ERRORS: Record<string, (new (message?: string) => Error) | undefined> = Object.assign(
  objectCreate(null) as Record<string, new () => Error>,
  { Error, EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError },
);
const VIEWS: Record<string, (new (buffer: ArrayBuffer, offset: number, length: number) => object) | undefined> =
  Object.assign(objectCreate(null) as Record<string, never>, {
    Int8Array,
    Uint8Array,
    Uint8ClampedArray,
    Int16Array,
    Uint16Array,
    Int32Array,
    Uint32Array,
    Float32Array,
    Float64Array,
    BigInt64Array,
    BigUint64Array,
  });

/**
 * https://html.spec.whatwg.org/#dom-structuredclone, for the types ECMAScript has; platform objects (URL, TextDecoder, …),
 * functions, symbols, promises and weak collections are refused with DataCloneError.
 */
export function structuredClone(...args: unknown[]): unknown {
  if (args.length === 0) throw new NativeTypeError('structuredClone needs an argument');
  const memory = new NativeMap<unknown, unknown>();
  const transfer = (args[1] as { transfer?: unknown } | undefined | null)?.transfer;
  if (transfer !== undefined) {
    if (!isArray(transfer)) throw new NativeTypeError('transfer must be an array');
    for (let at = 0; at < transfer.length; at++) {
      const buffer: unknown = transfer[at];
      if (!isArrayBuffer(buffer) || mapHas(memory, buffer)) throw refused(buffer);
      mapSet(memory, buffer, transferBuffer(buffer));
    }
  }
  return clone(args[0], memory);
}

function refused(value: unknown): DOMException {
  let name = 'The object';
  try {
    name = typeof value === 'function' || typeof value === 'symbol' ? `A ${typeof value}` : objectToString(value);
  } catch {
    // A revoked proxy has not even a class.
  }
  return new DOMException(`${name} could not be cloned.`, 'DataCloneError');
}

function clone(value: unknown, memory: Map<unknown, unknown>): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') throw refused(value);
  if (typeof value !== 'object' || value === null) return value;
  if (mapHas(memory, value)) return mapGet(memory, value);
  const remember = <Copy extends object>(copy: Copy): Copy => {
    mapSet(memory, value, copy);
    return copy;
  };
  if (isArrayBuffer(value)) return remember(sliceBuffer(value, 0));
  if (isView(value)) return remember(cloneView(value, memory));
  if (isArray(value)) {
    const copy = remember([] as unknown[]);
    copy.length = value.length;
    copyProperties(value, copy, memory);
    return copy;
  }
  return cloneByClass(value, objectToString(value), remember, memory);
}

function cloneByClass(
  value: object,
  tag: string,
  remember: <Copy extends object>(copy: Copy) => Copy,
  memory: Map<unknown, unknown>,
): unknown {
  switch (tag) {
    case '[object Date]':
      return remember(new NativeDate(dateValue(value as Date)));
    case '[object RegExp]':
      return remember(
        new NativeRegExp(apply(regExpSource, value, []) as string, apply(regExpFlags, value, []) as string),
      );
    case '[object Map]': {
      const copy = remember(new NativeMap<unknown, unknown>());
      const entries: [unknown, unknown][] = [];
      mapForEach(value, (entry: unknown, key: unknown) => put(entries, [key, entry]));
      for (let at = 0; at < entries.length; at++) {
        const [key, entry] = entries[at] as [unknown, unknown];
        mapSet(copy, clone(key, memory), clone(entry, memory));
      }
      return copy;
    }
    case '[object Set]': {
      const copy = remember(new NativeSet<unknown>());
      const entries: unknown[] = [];
      setForEach(value, (entry: unknown) => put(entries, entry));
      for (let at = 0; at < entries.length; at++) setAdd(copy, clone(entries[at], memory));
      return copy;
    }
    case '[object Error]':
      return cloneError(value as Error, remember, memory);
    case '[object Boolean]':
    case '[object Number]':
    case '[object String]':
    case '[object BigInt]':
      return remember(Object((value as { valueOf: () => unknown }).valueOf()) as object);
    case '[object Object]': {
      if (isPlatformObject(value)) throw refused(value);
      const copy = remember({});
      copyProperties(value, copy, memory);
      return copy;
    }
    case '[object Arguments]': {
      const copy = remember({});
      copyProperties(value, copy, memory);
      return copy;
    }
    default:
      throw refused(value);
  }
}

/** Weak references are ordinary classes here, so they must be told apart by what they are. */
function isPlatformObject(value: object): boolean {
  const prototype: unknown = getPrototypeOf(value);
  return (
    prototype === (globalThis as unknown as { WeakRef?: { prototype?: unknown } }).WeakRef?.prototype &&
    prototype !== undefined
  );
}

function cloneView(view: ArrayBufferView, memory: Map<unknown, unknown>): object {
  const buffer = clone(view.buffer, memory) as ArrayBuffer;
  const name = typedArrayName(view);
  if (name === undefined) return new NativeDataView(buffer, view.byteOffset, view.byteLength);
  const View = VIEWS[name];
  if (View === undefined) throw refused(view);
  return new View(buffer, view.byteOffset, (view as unknown as { length: number }).length);
}

function cloneError(
  error: Error,
  remember: <Copy extends object>(copy: Copy) => Copy,
  memory: Map<unknown, unknown>,
): unknown {
  const Type = ERRORS[toText(error.name)] ?? NativeError;
  const message = getOwnPropertyDescriptor(error, 'message')?.value as unknown;
  const copy = remember(new Type(message === undefined ? undefined : toText(message)));
  const stack: unknown = error.stack;
  if (typeof stack === 'string') defineOwn(copy, 'stack', { value: stack, writable: true, configurable: true });
  const cause = getOwnPropertyDescriptor(error, 'cause');
  if (cause !== undefined)
    defineOwn(copy, 'cause', { value: clone(error.cause, memory), writable: true, configurable: true });
  return copy;
}

function copyProperties(from: object, to: object, memory: Map<unknown, unknown>): void {
  const keys = objectKeys(from);
  for (let at = 0; at < keys.length; at++) {
    const key = keys[at] as string;
    const value = clone((from as Record<string, unknown>)[key], memory);
    defineOwn(to, key, { value, writable: true, enumerable: true, configurable: true });
  }
}

function put<Value>(list: Value[], value: Value): void {
  defineOwn(list, list.length, { value, writable: true, enumerable: true, configurable: true });
}
