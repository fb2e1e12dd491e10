import { LIMITS, SluiceError, type ValidationSettings } from '@sluice/contracts';
import { GatewayRefusal } from '../gateway-refusal';
import { type Routed } from '../request-context';
import { essenceOf } from '../responses/media-type';
import { isDeeperThan } from './json-depth';
import { type CheckValue, type FieldError, type SchemaCompiler } from './schema-compiler';

/** A body without a Content-Type is taken for what schemas are about. */
const DEFAULT_TYPE = 'application/json';

/** The check of a route's bodies, by media type; without schemas only that there is one. */
export class BodyCheck {
  private readonly checks: ReadonlyMap<string, CheckValue> | null;

  constructor(
    schemas: ValidationSettings['body'],
    private readonly required: boolean,
    compiler: SchemaCompiler,
  ) {
    this.checks =
      schemas === undefined
        ? null
        : new Map(Object.entries(schemas).map(([type, schema]) => [type.toLowerCase(), compiler.body(schema)]));
  }

  /** Throws BAD_REQUEST_BODY with the fields that are wrong, UNSUPPORTED_MEDIA_TYPE for a type without a schema. */
  run({ body, headers }: Routed): void {
    if (body.length === 0) {
      if (this.required) throw refusal([{ path: '', message: 'is required' }]);
      return;
    }
    if (this.checks === null) return;
    const type = headers.contentType === '' ? DEFAULT_TYPE : essenceOf(headers.contentType);
    const [essence = ''] = type.split('/');
    const check = this.checks.get(type) ?? this.checks.get(`${essence}/*`) ?? this.checks.get('*/*');
    if (check === undefined) {
      const known = [...this.checks.keys()].join(', ');
      throw new SluiceError('UNSUPPORTED_MEDIA_TYPE', `The body is ${type.slice(0, 80)}; this route takes ${known}.`);
    }
    const errors = this.errorsOf(body.toString('utf8'), isJson(type), check);
    if (errors !== null) throw refusal(errors);
  }

  private errorsOf(text: string, json: boolean, check: CheckValue): readonly FieldError[] | null {
    if (!json) return check(text);
    if (isDeeperThan(text, LIMITS.validatedBodyDepthMax))
      return [{ path: '', message: `is deeper than ${LIMITS.validatedBodyDepthMax} levels` }];
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      return [{ path: '', message: 'is not JSON' }];
    }
    return check(value);
  }
}

function isJson(type: string): boolean {
  return type === 'application/json' || type === 'text/json' || type.endsWith('+json');
}

function refusal(errors: readonly FieldError[]): GatewayRefusal {
  const [first] = errors;
  const where = first === undefined || first.path === '' ? 'The body' : first.path;
  return new GatewayRefusal('BAD_REQUEST_BODY', `${where} ${first?.message ?? 'is not valid'}`, { body: { errors } });
}
