import { type ImportReport } from './import-report';
import { type Json, type JsonObject, compact, isObject, objectOf } from './json';
import { pointerToken, unescaped, valueAt } from './references';
import { mapSchemas } from './schema-walk';

/** Schemas of schemas that one import may make: each use of a shared schema is a copy. */
const SCHEMAS_MAX = 100_000;
const COMPONENTS = '#/components/schemas/';

/**
 * Makes schemas of a document stand alone (JSON Schema 2020-12): what they refer to under `components.schemas` goes into their own
 * `$defs`, and what OpenAPI 3.0 says differently is said the new way.
 * https://spec.openapis.org/oas/v3.1.1.html#schema-object
 */
export class SchemaImport {
  private made = 0;

  constructor(
    private readonly document: JsonObject,
    private readonly report: ImportReport,
  ) {}

  /** `pointer` is the schema's own place, for references into itself. null = reported as an error. */
  standAlone(schema: Json, pointer: string, path: string): Json | null {
    if (this.made > SCHEMAS_MAX) return null;
    if (!isObject(schema)) return typeof schema === 'boolean' ? schema : this.refuse(path, 'must be a schema');
    const own = new OwnReferences(pointer, objectOf(schema['$defs']));
    const root = this.converted(schema, own, path);
    const definitions: Record<string, Json> = {};
    for (let next = own.next(); next !== undefined; next = own.next()) {
      const target = valueAt(this.document, COMPONENTS + pointerToken(next.component));
      if (target === undefined)
        return this.refuse(path, `refers to components.schemas.${next.component}, which is not there`);
      const definition = this.converted(target, own, path);
      if (definition === null) return null;
      definitions[next.name] = definition;
    }
    if (root === null) return null;
    if (Object.keys(definitions).length === 0) return root;
    return { ...objectOf(root), $defs: { ...objectOf(objectOf(root)['$defs']), ...definitions } };
  }

  private converted(schema: Json, own: OwnReferences, path: string): Json | null {
    let problem: string | null = null;
    const converted = mapSchemas(schema, (part) => {
      if (++this.made > SCHEMAS_MAX)
        problem = `makes more than ${SCHEMAS_MAX} schemas once its references are filled in`;
      const reference = part['$ref'];
      const changed = withoutOldWords(part);
      if (typeof reference !== 'string') return changed;
      const target = own.rewrite(reference);
      if (target === null) {
        problem = `refers to "${reference.slice(0, 200)}"; references lead into components.schemas of the same document`;
        return changed;
      }
      return { ...changed, $ref: target };
    });
    return problem === null ? converted : this.refuse(path, problem);
  }

  private refuse(path: string, message: string): null {
    this.report.error(path, message);
    return null;
  }
}

/** Where the references of one schema lead once it stands alone. */
class OwnReferences {
  private readonly nameOf = new Map<string, string>();
  private readonly taken: Set<string>;
  private readonly queue: { component: string; name: string }[] = [];

  constructor(
    private readonly pointer: string,
    definitions: JsonObject,
  ) {
    this.taken = new Set(Object.keys(definitions));
  }

  next(): { component: string; name: string } | undefined {
    return this.queue.shift();
  }

  rewrite(reference: string): string | null {
    if (reference === this.pointer) return '#';
    if (reference.startsWith(`${this.pointer}/`)) return `#${reference.slice(this.pointer.length)}`;
    if (reference === '#' || reference.startsWith('#/$defs/')) return reference;
    if (!reference.startsWith(COMPONENTS)) return null;
    const [token = '', ...rest] = reference.slice(COMPONENTS.length).split('/');
    const component = unescaped(token);
    if (component === null) return null;
    return ['#/$defs', pointerToken(this.name(component)), ...rest].join('/');
  }

  private name(component: string): string {
    const known = this.nameOf.get(component);
    if (known !== undefined) return known;
    let name = component;
    for (let number = 2; this.taken.has(name); number++) name = `${component}${number}`;
    this.taken.add(name);
    this.nameOf.set(component, name);
    this.queue.push({ component, name });
    return name;
  }
}

/** `nullable`, a boolean `exclusiveMinimum` and `example` of OpenAPI 3.0 as JSON Schema says them; words for documents only go. */
function withoutOldWords(schema: JsonObject): JsonObject {
  const {
    nullable,
    exclusiveMinimum,
    exclusiveMaximum,
    example,
    xml: _x,
    discriminator: _d,
    externalDocs: _e,
    ...rest
  } = schema;
  const changed: Record<string, Json> = compact(rest);
  if (example !== undefined) changed['examples'] ??= [example];
  if (nullable === true && typeof rest['type'] === 'string') changed['type'] = [rest['type'], 'null'];
  bound(changed, 'exclusiveMinimum', exclusiveMinimum, 'minimum');
  bound(changed, 'exclusiveMaximum', exclusiveMaximum, 'maximum');
  return changed;
}

function bound(schema: Record<string, Json>, word: string, value: Json | undefined, limit: string): void {
  if (value === undefined || value === false) return;
  if (value !== true) schema[word] = value;
  else if (schema[limit] !== undefined) {
    schema[word] = schema[limit];
    delete schema[limit];
  }
}
