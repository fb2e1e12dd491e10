import { type Json, type JsonObject, isObject } from './json';

/** How many references may lead to one another before it is called a circle. */
const HOPS_MAX = 32;

/** What a `$ref` of the document leads to: the value, and the pointer of its place. null = nowhere, in a circle, or out of the document. */
export function resolveReference(
  document: JsonObject,
  value: JsonObject,
): { value: JsonObject; pointer: string | null } | null {
  let present = value;
  let pointer: string | null = null;
  for (let hops = 0; hops < HOPS_MAX; hops++) {
    const reference = present['$ref'];
    if (reference === undefined) return { value: present, pointer };
    if (typeof reference !== 'string' || !reference.startsWith('#/')) return null;
    const target = valueAt(document, reference);
    if (!isObject(target)) return null;
    present = target;
    pointer = reference;
  }
  return null;
}

/** The value a pointer in a URI fragment names (RFC 6901 §6). */
export function valueAt(document: JsonObject, pointer: string): Json | undefined {
  let value: Json | undefined = document;
  for (const token of pointer.slice(2).split('/')) {
    const name = unescaped(token);
    if (name === null || typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as JsonObject)[name];
  }
  return value;
}

/** One token of a pointer in a URI fragment. */
export function pointerToken(name: string): string {
  return encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'));
}

export function unescaped(token: string): string | null {
  try {
    return decodeURIComponent(token).replaceAll('~1', '/').replaceAll('~0', '~');
  } catch {
    return null;
  }
}
