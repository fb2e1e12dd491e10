import { type ValidationSettings } from '@sluice/contracts';
import { GatewayRefusal } from '../gateway-refusal';
import { queryPairs } from '../events/event-fields';
import { type Routed } from '../request-context';
import { type CheckValue, type FieldError, type SchemaCompiler } from './schema-compiler';
import { BodyCheck } from './body-check';

type Place = 'query' | 'headers' | 'path';
type Parameters = NonNullable<ValidationSettings[Place]>;
/** All values of each name. */
type Values = ReadonlyMap<string, readonly string[]>;

interface ParameterCheck {
  readonly place: Place;
  /** As declared; header names are compared in lower case. */
  readonly name: string;
  readonly key: string;
  readonly required: boolean;
  readonly check: CheckValue | null;
}

/** Prepares the check of a route's requests. Throws RangeError when a schema is wrong. */
export function compileRequestCheck(settings: ValidationSettings, schemas: SchemaCompiler): (context: Routed) => void {
  const parameters = [
    ...parameterChecks('query', settings.query, schemas),
    ...parameterChecks('headers', settings.headers, schemas),
    ...parameterChecks('path', settings.path, schemas),
  ];
  const { body, bodyRequired } = settings;
  const bodyCheck = body === undefined && !bodyRequired ? null : new BodyCheck(body, bodyRequired, schemas);
  return (context) => {
    if (parameters.length > 0) checkParameters(parameters, context);
    bodyCheck?.run(context);
  };
}

function parameterChecks(place: Place, declared: Parameters = {}, schemas: SchemaCompiler): ParameterCheck[] {
  return Object.entries(declared).map(([name, { required, schema }]) => ({
    place,
    name,
    key: place === 'headers' ? name.toLowerCase() : name,
    required,
    check: schema === undefined ? null : schemas.parameter(schema),
  }));
}

/** AWS: required ones first, all that are missing or blank at once; then what each must look like. */
function checkParameters(checks: readonly ParameterCheck[], context: Routed): void {
  const sources: Partial<Record<Place, Values>> = {};
  const valuesOf = ({ place, key }: ParameterCheck): readonly string[] =>
    (sources[place] ??= read(place, context)).get(key) ?? [];
  const missing = checks.filter((check) => check.required && valuesOf(check).every((value) => value.trim() === ''));
  if (missing.length > 0) {
    const names = missing.map(({ name }) => name).join(', ');
    throw refusal(
      `Missing required request parameters: [${names}]`,
      missing.map(({ place, name }) => ({ path: `${place}.${name}`, message: 'is required and must not be blank' })),
    );
  }
  const errors: FieldError[] = [];
  for (const check of checks) {
    const values = valuesOf(check);
    if (check.check === null || values.length === 0) continue;
    const found = check.check(values.length === 1 ? values[0] : values) ?? [];
    for (const { path, message } of found)
      errors.push({ path: `${check.place}.${check.name}${path.slice('value'.length)}`, message });
  }
  if (errors.length > 0) throw refusal('Invalid request parameters', errors);
}

function refusal(publicMessage: string, errors: readonly FieldError[]): GatewayRefusal {
  const [first] = errors;
  return new GatewayRefusal('BAD_REQUEST_PARAMETERS', `${first?.path ?? ''} ${first?.message ?? ''}`, {
    publicMessage,
    body: { errors },
  });
}

function read(place: Place, { headers, rawQuery, pathParameters }: Routed): Values {
  const values = new Map<string, string[]>();
  const add = (name: string, value: string): void => {
    const present = values.get(name);
    if (present === undefined) values.set(name, [value]);
    else present.push(value);
  };
  if (place === 'query') for (const [name, value] of queryPairs(rawQuery)) add(name, value);
  else if (place === 'path') for (const [name, value] of Object.entries(pathParameters ?? {})) add(name, value);
  else {
    for (let index = 0; index < headers.raw.length; index += 2)
      add((headers.raw[index] as string).toLowerCase(), headers.raw[index + 1] as string);
  }
  return values;
}
