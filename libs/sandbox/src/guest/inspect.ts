/* eslint-disable @typescript-eslint/unbound-method -- intrinsics are taken off their prototypes on purpose */
import {
  apply,
  defineProperty,
  getOwnPropertyDescriptor,
  getPrototypeOf,
  indexOf,
  isArray,
  isView,
  jsonStringify,
  max,
  objectKeys,
  objectToString,
  slice,
  toText,
  uncurry,
} from './primordials';

const DEPTH_MAX = 2;
const ENTRIES_MAX = 100;

/**
 * Text of a logged value in the manner of Node's `util.inspect`, on one line (newlines only from error stacks), two levels deep,
 * 100 entries wide and at most about `charactersMax` long. Getters are named, not called. Never throws.
 */
export function inspect(value: unknown, charactersMax: number): string {
  left = charactersMax;
  seen.length = 0;
  try {
    return show(value, 0);
  } catch {
    return '[not printable]';
  }
}

/** Characters still to be spent; past it every value is `…`. */
let left = 0;
const seen: unknown[] = [];

const { toISOString } = Date.prototype;
const dateValue = uncurry(Date.prototype.valueOf);
const regExpSource = uncurry(RegExp.prototype.toString);
const symbolText = uncurry(Symbol.prototype.toString);
const mapForEach = Map.prototype.forEach;
const setForEach = Set.prototype.forEach;

function show(value: unknown, depth: number): string {
  if (left <= 0) return '…';
  switch (typeof value) {
    case 'string':
      return spend(quoted(value));
    case 'bigint':
      return spend(`${toText(value)}n`);
    case 'symbol':
      return spend(symbolText(value));
    case 'function':
      return spend(functionName(value));
    case 'object':
      return value === null ? 'null' : showObject(value, depth);
    default:
      return spend(Object.is(value, -0) ? '-0' : toText(value));
  }
}

function spend(text: string): string {
  left -= text.length;
  return text;
}

function quoted(text: string): string {
  const cut = slice(text, 0, max(left, 0));
  if (indexOf(cut, "'") < 0 && indexOf(cut, '\n') < 0 && indexOf(cut, '\\') < 0) return `'${cut}'`;
  return jsonStringify(cut);
}

function functionName(value: object): string {
  const name = getOwnPropertyDescriptor(value, 'name')?.value as unknown;
  return typeof name === 'string' && name !== '' ? `[Function: ${slice(name, 0, 100)}]` : '[Function (anonymous)]';
}

function showObject(object: object, depth: number): string {
  for (let at = 0; at < seen.length; at++) if (seen[at] === object) return '[Circular *]';
  const tag = objectToString(object);
  if (tag === '[object Error]') return spend(errorText(object));
  if (tag === '[object Date]') return spend(dateText(object));
  if (tag === '[object RegExp]') return spend(regExpSource(object));
  if (depth > DEPTH_MAX) return spend(isArray(object) ? '[Array]' : `[${constructorName(object) ?? 'Object'}]`);
  const at = seen.length;
  define(seen, at, object);
  const text = showEntries(object, tag, depth);
  seen.length = at;
  return text;
}

function showEntries(object: object, tag: string, depth: number): string {
  if (isArray(object) || isView(object)) {
    const list = object as ArrayLike<unknown>;
    const parts: string[] = [];
    for (let at = 0; at < list.length && at < ENTRIES_MAX && left > 0; at++) {
      define(parts, at, at in list ? show(list[at], depth + 1) : '<empty>');
    }
    if (list.length > parts.length) define(parts, parts.length, `… ${list.length - parts.length} more items`);
    const name = isArray(object) ? '' : `${constructorName(object) ?? 'TypedArray'}(${list.length}) `;
    return name + wrap(parts, '[', ']');
  }
  if (tag === '[object Map]') {
    const parts: string[] = [];
    apply(mapForEach, object, [
      (value: unknown, key: unknown) => {
        if (parts.length < ENTRIES_MAX && left > 0)
          define(parts, parts.length, `${show(key, depth + 1)} => ${show(value, depth + 1)}`);
      },
    ]);
    return `Map(${(object as Map<unknown, unknown>).size}) ${wrap(parts, '{', '}')}`;
  }
  if (tag === '[object Set]') {
    const parts: string[] = [];
    apply(setForEach, object, [
      (value: unknown) => {
        if (parts.length < ENTRIES_MAX && left > 0) define(parts, parts.length, show(value, depth + 1));
      },
    ]);
    return `Set(${(object as Set<unknown>).size}) ${wrap(parts, '{', '}')}`;
  }
  const name = constructorName(object);
  const prefix = name === 'Object' ? '' : `${name ?? '[Object: null prototype]'} `;
  return prefix + wrap(properties(object, depth), '{', '}');
}

function properties(object: object, depth: number): string[] {
  const parts: string[] = [];
  const keys = objectKeys(object);
  for (let at = 0; at < keys.length && left > 0; at++) {
    const key = keys[at] as string;
    if (at >= ENTRIES_MAX) {
      define(parts, parts.length, `… ${keys.length - at} more properties`);
      break;
    }
    const descriptor = getOwnPropertyDescriptor(object, key);
    const value =
      descriptor === undefined ? 'undefined' : (accessorText(descriptor) ?? show(descriptor.value, depth + 1));
    define(parts, parts.length, `${spend(plainKey(key))}: ${value}`);
  }
  return parts;
}

function accessorText({ get, set }: PropertyDescriptor): string | null {
  if (get === undefined && set === undefined) return null;
  return get === undefined ? '[Setter]' : set === undefined ? '[Getter]' : '[Getter/Setter]';
}

function plainKey(key: string): string {
  const cut = slice(key, 0, 200);
  return isIdentifier(cut) ? cut : quoted(cut);
}

const identifierTest = uncurry(RegExp.prototype.exec);
const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;
function isIdentifier(key: string): boolean {
  return identifierTest(IDENTIFIER, key) !== null;
}

function wrap(parts: readonly string[], open: string, close: string): string {
  let text = '';
  for (let at = 0; at < parts.length; at++) text += (at === 0 ? ' ' : ', ') + (parts[at] as string);
  return spend(open) + text + (text === '' ? close : ` ${close}`);
}

/** The name a class gave its instances, looked up without running anything of theirs but proxy traps. */
function constructorName(object: object): string | null {
  for (let prototype: unknown = object, hops = 0; prototype !== null && hops < 100; hops++) {
    const constructor = getOwnPropertyDescriptor(prototype, 'constructor')?.value as unknown;
    if (typeof constructor === 'function') {
      const name = getOwnPropertyDescriptor(constructor, 'name')?.value as unknown;
      if (typeof name === 'string' && name !== '') return slice(name, 0, 100);
    }
    prototype = getPrototypeOf(prototype) as unknown;
  }
  return null;
}

function dateText(date: object): string {
  const time = dateValue(date);
  return time === time ? (apply(toISOString, date, []) as string) : 'Invalid Date';
}

function errorText(error: object): string {
  const { stack } = error as { stack?: unknown };
  if (typeof stack === 'string' && stack !== '') return slice(stack, 0, max(left, 0));
  return `[${toText(error)}]`;
}

function define(array: unknown[], at: number, value: unknown): void {
  defineProperty(array, at, { __proto__: null, value, writable: true, configurable: true, enumerable: true } as never);
}
