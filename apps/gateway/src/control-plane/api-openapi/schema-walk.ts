import { type Json, type JsonObject, compact, isObject } from './json';

/** Keywords of JSON Schema 2020-12 that hold schemas. What other keywords hold (`enum`, `default`, `examples`) is data. */
const MAPS = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);
const LISTS = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);
const SINGLES = new Set([
  'items',
  'not',
  'if',
  'then',
  'else',
  'additionalProperties',
  'contains',
  'propertyNames',
  'unevaluatedItems',
  'unevaluatedProperties',
  'contentSchema',
]);

/** The schema with `change` made to it and, from the inside out, to every schema in it. A schema that is `true` or `false` stays. */
export function mapSchemas(schema: Json, change: (schema: JsonObject) => JsonObject): Json {
  if (!isObject(schema)) return schema;
  const mapped: Record<string, Json> = {};
  for (const [keyword, value] of Object.entries(compact(schema))) {
    mapped[keyword] = mapKeyword(keyword, value, change);
  }
  return change(mapped);
}

function mapKeyword(keyword: string, value: Json, change: (schema: JsonObject) => JsonObject): Json {
  if (SINGLES.has(keyword)) return mapSchemas(value, change);
  if (LISTS.has(keyword) && Array.isArray(value)) return value.map((member: Json) => mapSchemas(member, change));
  if (MAPS.has(keyword) && isObject(value)) {
    return Object.fromEntries(
      Object.entries(compact(value)).map(([name, member]) => [name, mapSchemas(member, change)]),
    );
  }
  return value;
}
