import { type RouteDefinition } from '@sluice/contracts';
import { type Json, type JsonObject, compact, isObject } from './json';
import { pointerToken } from './references';
import { mapSchemas } from './schema-walk';

/** One validator for each thing that can be switched on. */
export const VALIDATORS: JsonObject = {
  all: { validateRequestBody: true, validateRequestParameters: true },
  body: { validateRequestBody: true, validateRequestParameters: false },
  parameters: { validateRequestBody: false, validateRequestParameters: true },
};

interface Parameter {
  readonly required: boolean;
  readonly schema?: unknown;
}

/** `parameters`, `requestBody` and the validator of an operation. `pointer` is the operation's place in the document. */
export function exportValidation(
  { route, validate = { bodyRequired: false } }: RouteDefinition,
  pointer: string,
): JsonObject {
  const { query = {}, headers = {}, path = {}, body, bodyRequired } = validate;
  const named = (where: string, parameters: Readonly<Record<string, Parameter>>): JsonObject[] =>
    Object.entries(parameters).map(([name, { required, schema }]) => ({
      name,
      in: where,
      required,
      schema: schema as Json,
    }));
  const variables = pathVariables(route).map((name) => {
    return { name, in: 'path', required: true, schema: path[name]?.schema ?? { type: 'string' } };
  });
  const parameters = [...variables, ...named('query', query), ...named('header', headers)].map(
    ({ schema, ...parameter }, index) =>
      compact({
        ...parameter,
        schema: schema === undefined ? undefined : exportSchema(schema, `${pointer}/parameters/${index}/schema`),
      }),
  );
  const checked = [query, headers, path].some((section) => Object.keys(section).length > 0);
  const hasBody = body !== undefined || bodyRequired;
  return {
    parameters: parameters.length === 0 ? undefined : parameters,
    requestBody: hasBody ? requestBody(body ?? {}, bodyRequired, `${pointer}/requestBody/content`) : undefined,
    'x-amazon-apigateway-request-validator':
      hasBody && checked ? 'all' : hasBody ? 'body' : checked ? 'parameters' : undefined,
  };
}

function requestBody(body: Readonly<Record<string, unknown>>, required: boolean, pointer: string): JsonObject {
  const content = Object.entries(body).map(([mediaType, schema]) => [
    mediaType,
    { schema: exportSchema(schema as Json, `${pointer}/${pointerToken(mediaType)}/schema`) },
  ]);
  return { required, content: Object.fromEntries(content) as JsonObject };
}

/** A schema that stands alone, put into a document: what refers to `#` refers to its place from now on. `{ model }` is a reference. */
export function exportSchema(schema: Json, pointer: string): Json {
  if (isObject(schema) && typeof schema['model'] === 'string' && Object.keys(schema).length === 1) {
    return { $ref: `#/components/schemas/${schema['model']}` };
  }
  return mapSchemas(schema, (part) => {
    const reference = part['$ref'];
    return typeof reference === 'string' && reference.startsWith('#')
      ? { ...part, $ref: pointer + reference.slice(1) }
      : part;
  });
}

/** Names of the variables of a route key, greedy ones too. */
export function pathVariables(route: string): string[] {
  return Array.from(route.matchAll(/\{([^{}+]+)\+?\}/g), ([, name = '']) => name);
}
