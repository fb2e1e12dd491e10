import { type ApiDefinition, LIMITS, type SchemaReference } from '@sluice/contracts';
import addFormats from 'ajv-formats';
import { Ajv2020, type ErrorObject, type Options, type ValidateFunction } from 'ajv/dist/2020';
import { type AddedFormat, type RegExpEngine } from 'ajv/dist/types';
import { linearPattern } from '../../linear-pattern';
import { guardSchema } from './schema-guard';

/** One thing wrong with a value, and where: `items[0].name`; '' is the value itself. */
export interface FieldError {
  readonly path: string;
  readonly message: string;
}

/** null = the value is as the schema says. */
export type CheckValue = (value: unknown) => readonly FieldError[] | null;

/** Words of OpenAPI and of AWS's models that say nothing about validity. */
const ANNOTATIONS = ['discriminator', 'example', 'externalDocs', 'xml'];
/** No format is about longer texts; their expressions are not run over them. */
const FORMAT_CHARS_MAX = 2_048;
/** What a number of a request may look like; Number() would read `0x10`, `Infinity` and ` 1` as well, and who reads them next may not. */
const DECIMAL = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;
/** Formats that are about content of any length, which they hardly look at. */
const OF_ANY_LENGTH = new Set(['binary', 'byte', 'password']);

const engine: RegExpEngine = Object.assign((pattern: string) => linearPattern(pattern), { code: 'linearPattern' });
const OPTIONS: Options = {
  // A word that is no keyword is a mistake to hear of when the API is declared.
  strictSchema: true,
  strictTypes: false,
  strictTuples: false,
  strictRequired: false,
  logger: false,
  code: { regExp: engine },
};

const ofDefinitions = new WeakMap<ApiDefinition, SchemaCompiler>();

/**
 * The compiler for the routes of a deployment: one for all of them, so that what they share is compiled once. Takes the schemas for
 * checked, as those of a deployment are.
 */
export function schemasOf(definition: ApiDefinition): SchemaCompiler {
  let compiler = ofDefinitions.get(definition);
  if (compiler === undefined) {
    compiler = new SchemaCompiler(definition.models, { validateSchema: false });
    ofDefinitions.set(definition, compiler);
  }
  return compiler;
}

/** Compiles the JSON Schemas (2020-12) of one API. */
export class SchemaCompiler {
  private readonly bodies: Validators;
  private readonly parameters: Validators;
  private readonly modelSchemas = new Map<string, object | boolean>();

  constructor(
    private readonly models: NonNullable<ApiDefinition['models']> = {},
    options: Pick<Options, 'validateSchema'> = {},
  ) {
    this.bodies = new Validators(options);
    this.parameters = new Validators({ ...options, coerceTypes: 'array' });
  }

  /** Throws RangeError saying where the schema is wrong. */
  body(reference: SchemaReference): CheckValue {
    return this.bodies.compile(this.schemaOf(reference));
  }

  /** For texts of a request: what the schema wants as a number, boolean or list is read as one. Throws as `body`. */
  parameter(reference: SchemaReference): CheckValue {
    const check = this.parameters.compile({ type: 'object', properties: { value: this.schemaOf(reference) } });
    return (value) => {
      const read = { value: Array.isArray(value) ? [...(value as unknown[])] : value };
      return check(read) ?? oddNumbers([value].flat(), [read.value].flat());
    };
  }

  private schemaOf(reference: SchemaReference): object | boolean {
    const name = typeof reference === 'object' && Object.keys(reference).length === 1 ? reference['model'] : undefined;
    if (typeof name !== 'string') return prepared(reference);
    let schema = this.modelSchemas.get(name);
    if (schema === undefined) {
      if (!Object.hasOwn(this.models, name)) throw new RangeError(`the API has no model "${name.slice(0, 128)}"`);
      schema = prepared(this.models[name]);
      this.modelSchemas.set(name, schema);
    }
    return schema;
  }
}

/** Texts that were read as numbers and are none that everybody reads as the same. */
function oddNumbers(texts: readonly unknown[], values: readonly unknown[]): FieldError[] | null {
  const errors = texts.flatMap((text, index) =>
    typeof values[index] !== 'number' || (DECIMAL.test(String(text)) && Number.isFinite(values[index]))
      ? []
      : [{ path: texts.length === 1 ? 'value' : `value[${index}]`, message: 'must be a decimal number' }],
  );
  return errors.length === 0 ? null : errors.slice(0, LIMITS.validationErrorsMax);
}

function prepared(schema: unknown): object | boolean {
  if (typeof schema === 'boolean') return schema;
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema))
    throw new RangeError('is no JSON Schema: it must be an object, true or false');
  guardSchema(schema);
  // Models written for AWS name draft 4; what they use means the same here, and what does not is refused as a keyword.
  const { $schema: _draft, $id: _name, ...keywords } = schema as Readonly<Record<string, unknown>>;
  return keywords;
}

/** Schemas compiled with the same options. */
class Validators {
  private readonly first: Ajv2020;
  private all: Ajv2020 | null = null;

  constructor(private readonly options: Options) {
    this.first = newAjv(options);
  }

  compile(schema: object | boolean): CheckValue {
    let validate: ValidateFunction;
    try {
      validate = this.first.compile(schema);
    } catch (error) {
      throw new RangeError((error as Error).message, { cause: error });
    }
    // Every error is looked for only when there is one: a list of a million wrong items makes one error, not a million.
    let explain: ValidateFunction | null = null;
    return (value) => {
      if (validate(value)) return null;
      const first = errorsOf(validate);
      if (!isSmall(value)) return first;
      this.all ??= newAjv({ ...this.options, validateSchema: false, allErrors: true });
      explain ??= this.all.compile(schema);
      return explain(value) ? first : errorsOf(explain);
    };
  }
}

function newAjv(options: Options): Ajv2020 {
  const ajv = new Ajv2020({ ...OPTIONS, ...options });
  addFormats(ajv);
  for (const [name, format] of Object.entries(ajv.formats))
    if (!OF_ANY_LENGTH.has(name) && format !== undefined) ajv.formats[name] = bounded(format);
  ajv.addVocabulary(ANNOTATIONS);
  return ajv;
}

/** The same format, for texts that are not too long for it. */
function bounded(format: AddedFormat): AddedFormat {
  const validate = typeof format === 'object' && 'validate' in format ? format.validate : format;
  if (typeof validate === 'function') {
    const test = validate as (value: unknown) => boolean;
    return definition(format, (text) => text.length <= FORMAT_CHARS_MAX && test(text));
  }
  if (!(validate instanceof RegExp)) return format;
  return definition(format, (text) => text.length <= FORMAT_CHARS_MAX && validate.test(text));
}

function definition(format: AddedFormat, validate: (text: string) => boolean): AddedFormat {
  // Formats of numbers have no length to be too long.
  if (typeof format === 'object' && 'type' in format && format.type === 'number') return format;
  const compare = typeof format === 'object' && 'compare' in format ? format.compare : undefined;
  return { validate, ...(compare === undefined ? {} : { compare: compare as (a: string, b: string) => number }) };
}

function errorsOf({ errors }: ValidateFunction): FieldError[] {
  return (errors ?? []).slice(0, LIMITS.validationErrorsMax).map((error) => ({
    path: placeOf(error.instancePath),
    message: messageOf(error),
  }));
}

function messageOf({ keyword, params, message = 'is not valid' }: ErrorObject): string {
  const allowed = (params as { allowedValues?: unknown }).allowedValues;
  if (keyword === 'enum' && Array.isArray(allowed)) return `must be one of ${JSON.stringify(allowed).slice(0, 500)}`;
  if (keyword === 'additionalProperties' || keyword === 'unevaluatedProperties') {
    const { additionalProperty, unevaluatedProperty } = params as Record<string, string | undefined>;
    return `must not have the property "${(additionalProperty ?? unevaluatedProperty ?? '').slice(0, 100)}"`;
  }
  return message;
}

/** A JSON pointer as people write places. */
function placeOf(pointer: string): string {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~').slice(0, 100))
    .reduce(
      (place, token) => (/^\d+$/.test(token) ? `${place}[${token}]` : place === '' ? token : `${place}.${token}`),
      '',
    );
}

const SMALL_ITEMS_MAX = 1_000;

/** Whether listing every error of a value is little work. */
function isSmall(value: unknown): boolean {
  let left = SMALL_ITEMS_MAX;
  const visit = (at: unknown): void => {
    left--;
    if (left > 0 && typeof at === 'object' && at !== null) for (const member of Object.values(at)) visit(member);
  };
  visit(value);
  return left > 0;
}
