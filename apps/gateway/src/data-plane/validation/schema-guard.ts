import { LIMITS } from '@sluice/contracts';

const UNIQUE_ITEMS_MAX = 1_000;
/** Keywords whose value is data, not schemas: nothing in it is a keyword. */
const DATA = new Set(['const', 'default', 'enum', 'example', 'examples']);

/**
 * What a schema of a user may not have, because it would cost without bound, or reach out: size, depth, references to elsewhere,
 * `$async`, and `uniqueItems` over arrays without end. Throws RangeError naming the place.
 */
export function guardSchema(schema: unknown): void {
  const bytes = Buffer.byteLength(JSON.stringify(schema));
  if (bytes > LIMITS.schemaBytesMax)
    throw new RangeError(`has ${bytes} bytes as text; at most ${LIMITS.schemaBytesMax}`);
  guard(schema, '', 1);
}

function guard(schema: unknown, place: string, depth: number): void {
  if (typeof schema !== 'object' || schema === null) return;
  if (depth > LIMITS.schemaDepthMax) throw problem(place, `is deeper than ${LIMITS.schemaDepthMax} levels`);
  if (Array.isArray(schema)) return schema.forEach((entry, index) => guard(entry, `${place}[${index}]`, depth + 1));
  const keywords = schema as Readonly<Record<string, unknown>>;
  for (const name of ['$ref', '$dynamicRef']) {
    const reference = keywords[name];
    if (typeof reference === 'string' && !reference.startsWith('#'))
      throw problem(inside(place, name), 'must lead to a place in the same schema, such as "#/$defs/name"');
  }
  if (keywords['$async'] !== undefined) throw problem(inside(place, '$async'), 'is not a keyword of JSON Schema');
  if (keywords['$id'] !== undefined && place !== '')
    throw problem(inside(place, '$id'), 'may stand at the top of a schema only');
  const { maxItems, uniqueItems } = keywords;
  if (uniqueItems === true && !(typeof maxItems === 'number' && maxItems <= UNIQUE_ITEMS_MAX)) {
    throw problem(
      inside(place, 'uniqueItems'),
      `compares every item with every other; it needs "maxItems" of at most ${UNIQUE_ITEMS_MAX} beside it`,
    );
  }
  for (const [name, value] of Object.entries(keywords))
    if (!DATA.has(name)) guard(value, inside(place, name), depth + 1);
}

function inside(place: string, name: string): string {
  return place === '' ? name : `${place}.${name}`;
}

function problem(place: string, message: string): RangeError {
  return new RangeError(place === '' ? message : `${place}: ${message}`);
}
