import { type ImportReport } from './import-report';
import { type SchemaImport } from './import-schema';
import { type Json, type JsonObject, compact, inside, isObject, isSameJson, objectOf, textOf } from './json';
import { pointerToken, resolveReference } from './references';

const MODEL_NAME = /^[A-Za-z0-9]{1,128}$/;
const COMPONENTS = '#/components/schemas/';
const ANY_TEXT = { type: 'string' };
const PLACES: Readonly<Record<string, 'query' | 'headers' | 'path'>> = {
  query: 'query',
  header: 'headers',
  path: 'path',
};

interface Validator {
  readonly body: boolean;
  readonly parameters: boolean;
}

/** Request validators (`x-amazon-apigateway-request-validator`) and the schemas of `components.schemas` as models. */
export class ValidationImport {
  private readonly validators = new Map<string, Validator>();
  private readonly byDefault: Json | undefined;
  readonly models: Record<string, Json> = {};

  constructor(
    private readonly document: JsonObject,
    private readonly schemas: SchemaImport,
    private readonly report: ImportReport,
  ) {
    const declared = objectOf(document['x-amazon-apigateway-request-validators']);
    for (const [name, value] of Object.entries(compact(declared))) {
      const { validateRequestBody, validateRequestParameters } = objectOf(value);
      this.validators.set(name, { body: validateRequestBody === true, parameters: validateRequestParameters === true });
    }
    this.byDefault = document['x-amazon-apigateway-request-validator'];
    for (const [name, schema] of Object.entries(compact(objectOf(objectOf(document['components'])['schemas'])))) {
      const place = `components.schemas.${name}`;
      if (!MODEL_NAME.test(name))
        report.info(
          place,
          'is no model: its name is not 1 to 128 letters and digits; it is copied to where it is used',
        );
      else {
        const model = schemas.standAlone(schema, COMPONENTS + name, place);
        if (model !== null) this.models[name] = model;
      }
    }
  }

  /** `validate` of a route; undefined when no validator is on. `pointer` is the operation's place. */
  ofOperation(operation: JsonObject, pathItem: JsonObject, pointer: string, path: string): JsonObject | undefined {
    const validator = this.validatorOf(operation, path);
    if (validator === null) return undefined;
    const validate = {
      ...(validator.body ? this.body(operation, pointer, path) : {}),
      ...(validator.parameters ? this.parameters(operation, pathItem, pointer, path) : {}),
    };
    return Object.keys(validate).length === 0 ? undefined : validate;
  }

  private validatorOf(operation: JsonObject, path: string): Validator | null {
    const name = operation['x-amazon-apigateway-request-validator'] ?? this.byDefault;
    if (name === undefined) return null;
    const validator = this.validators.get(textOf(name) ?? '');
    if (validator !== undefined) return validator;
    this.report.error(
      inside(path, 'x-amazon-apigateway-request-validator'),
      'names a validator that is not in x-amazon-apigateway-request-validators',
    );
    return null;
  }

  private body(operation: JsonObject, pointer: string, path: string): JsonObject {
    const declared = operation['requestBody'];
    if (!isObject(declared)) return {};
    const resolved = resolveReference(this.document, declared);
    const place = inside(path, 'requestBody');
    if (resolved === null) {
      this.report.error(place, 'refers to something that is not in this document');
      return {};
    }
    const body: Record<string, Json> = {};
    for (const [mediaType, content] of Object.entries(compact(objectOf(resolved.value['content'])))) {
      const schema = objectOf(content)['schema'];
      if (schema === undefined) continue;
      const at = `${resolved.pointer ?? `${pointer}/requestBody`}/content/${pointerToken(mediaType)}/schema`;
      const own = this.schema(schema, at, inside(place, `content.${mediaType}.schema`));
      if (own !== null) body[mediaType] = own;
    }
    return {
      ...(Object.keys(body).length === 0 ? {} : { body }),
      ...(resolved.value['required'] === true ? { bodyRequired: true } : {}),
    };
  }

  private parameters(operation: JsonObject, pathItem: JsonObject, pointer: string, path: string): JsonObject {
    const validate: Record<string, Record<string, Json>> = {};
    const pathPointer = pointer.slice(0, pointer.lastIndexOf('/'));
    // The operation's own come second: they replace those that all operations of the path share.
    const lists = [
      [pathItem['parameters'], pathPointer],
      [operation['parameters'], pointer],
    ] as const;
    for (const [list, owner] of lists) {
      if (!Array.isArray(list)) continue;
      (list as Json[]).forEach((entry, index) => {
        const place = inside(inside(path, 'parameters'), index);
        const resolved = isObject(entry) ? resolveReference(this.document, entry) : null;
        if (resolved === null) return this.report.error(place, 'is no parameter and leads to none');
        const at = `${resolved.pointer ?? `${owner}/parameters/${index}`}/schema`;
        this.parameter(resolved.value, at, place, validate);
      });
    }
    return validate;
  }

  private parameter(
    { name, in: where, required, schema }: JsonObject,
    pointer: string,
    path: string,
    validate: Record<string, Record<string, Json>>,
  ): void {
    const section = PLACES[textOf(where) ?? ''];
    if (section === undefined || typeof name !== 'string')
      return this.report.warning(path, 'is not checked: only parameters in query, header and path are');
    // A route only matches when its path variables are there, so that one which may be any text is nothing to check.
    if (section === 'path' && (schema === undefined || isSameJson(schema, ANY_TEXT))) return;
    const own = schema === undefined ? null : this.schema(schema, pointer, inside(path, 'schema'));
    const parameter = { ...(required === true ? { required } : {}), ...(own === null ? {} : { schema: own }) };
    (validate[section] ??= {})[name] = parameter;
  }

  /** A schema of a route: the name of a model where it is nothing but a reference to one. */
  private schema(schema: Json, pointer: string, path: string): Json | null {
    const reference = isObject(schema) ? schema['$ref'] : undefined;
    if (typeof reference === 'string' && reference.startsWith(COMPONENTS)) {
      const model = reference.slice(COMPONENTS.length);
      if (Object.hasOwn(this.models, model)) return { model };
    }
    return this.schemas.standAlone(schema, pointer, path);
  }
}
