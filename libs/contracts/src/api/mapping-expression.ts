/** A place in a JSON document: member names and array indexes. */
export type JsonPlace = readonly (string | number)[];

/** What an expression of a mapping names. Header names are lower-case. */
export type MappingSource =
  | { readonly from: 'request.header' | 'request.querystring' | 'response.header'; readonly name: string }
  /** Without a name: the path itself. */
  | { readonly from: 'request.path'; readonly name: string | null }
  | { readonly from: 'request.body' | 'response.body'; readonly place: JsonPlace }
  | { readonly from: 'context' | 'stageVariables'; readonly name: string };

/** Texts and sources one after another; one source alone keeps the type of what it names. */
export type MappingTemplate = readonly (string | MappingSource)[];

/** `request` mappings happen before there is a response. */
export type MappingSide = 'request' | 'response';

const SOURCE = /^\$(?:request|response|context|stageVariables)\b/;
const EMBEDDED = /\$\{([^{}]*)\}/g;
/** A text that begins like an expression is taken for one with a mistake in it. */
const LIKE_SOURCE = /^\$[A-Za-z]+\./;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const FORMS =
  '$request.header.NAME, $request.querystring.NAME, $request.path, $request.path.NAME, $request.body.PLACE, $context.NAME, $stageVariables.NAME';

/** What `$context.NAME` may be, besides members of `authorizer`. */
export const CONTEXT_VARIABLES = [
  'accountId',
  'apiId',
  'deploymentId',
  'domainName',
  'domainPrefix',
  'extendedRequestId',
  'httpMethod',
  'identity.accessKey',
  'identity.apiKeyId',
  'identity.caller',
  'identity.sourceIp',
  'identity.user',
  'identity.userAgent',
  'identity.userArn',
  'path',
  'protocol',
  'requestId',
  'requestTime',
  'requestTimeEpoch',
  'resourcePath',
  'routeKey',
  'stage',
] as const;
const CONTEXT_NAMES: ReadonlySet<string> = new Set(CONTEXT_VARIABLES);

/**
 * Reads a mapping's value: an expression (`$request.header.x`), a text with expressions in it (`v1-${request.path.id}`), or a text.
 * The forms are those of AWS HTTP APIs
 * (https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html).
 * Throws RangeError saying what is wrong with it.
 */
export function parseMappingTemplate(text: string, side: MappingSide): MappingTemplate {
  if (SOURCE.test(text)) return [parseSource(text, side)];
  if (LIKE_SOURCE.test(text)) throw new RangeError(`"${shown(text)}" is no expression; there are ${formsOf(side)}`);
  const template: (string | MappingSource)[] = [];
  let end = 0;
  for (const match of text.matchAll(EMBEDDED)) {
    if (match.index > end) template.push(text.slice(end, match.index));
    template.push(parseSource(`$${match[1] ?? ''}`, side));
    end = match.index + match[0].length;
  }
  if (end < text.length) template.push(text.slice(end));
  // "${…}" alone is text like any other "${…}"; only the bare form keeps its type.
  return template.length === 1 && typeof template[0] !== 'string' ? ['', ...template] : template;
}

/** Every text of a JSON template, checked. Throws RangeError naming the place of the first bad one. */
export function checkBodyTemplate(template: unknown, side: MappingSide, place = ''): void {
  if (typeof template === 'string') {
    try {
      parseMappingTemplate(template, side);
    } catch (error) {
      throw place === '' ? error : new RangeError(`${place}: ${(error as Error).message}`, { cause: error });
    }
  } else if (Array.isArray(template)) {
    template.forEach((entry, index) => checkBodyTemplate(entry, side, `${place}[${index}]`));
  } else if (typeof template === 'object' && template !== null) {
    for (const [name, value] of Object.entries(template))
      checkBodyTemplate(value, side, place === '' ? name : `${place}.${name}`);
  }
}

function parseSource(text: string, side: MappingSide): MappingSource {
  const [root = '', kind = ''] = text.slice(1).split(/[.[]/, 2);
  const rest = text.slice(1 + root.length + 1 + kind.length);
  if (root === 'context' || root === 'stageVariables') {
    const name = text.slice(1 + root.length + 1);
    if (root === 'stageVariables' && /^[A-Za-z0-9_]{1,64}$/.test(name)) return { from: root, name };
    if (root === 'context' && isContextVariable(name)) return { from: root, name };
  } else if (root === 'request' || (root === 'response' && side === 'response')) {
    const source = partOf(root, kind, rest);
    if (source !== null) return source;
  }
  throw new RangeError(`"${shown(text)}" is no expression; there are ${formsOf(side)}`);
}

function partOf(root: 'request' | 'response', kind: string, rest: string): MappingSource | null {
  const name = rest.startsWith('.') ? rest.slice(1) : '';
  if (kind === 'header' && HEADER_NAME.test(name)) return { from: `${root}.header`, name: name.toLowerCase() };
  if (kind === 'body') return { from: `${root}.body`, place: parsePlace(rest) };
  if (root === 'response') return null;
  if (kind === 'querystring' && name !== '') return { from: 'request.querystring', name };
  if (kind === 'path' && (rest === '' || name !== '')) return { from: 'request.path', name: name === '' ? null : name };
  return null;
}

const STEP = /\.([A-Za-z0-9_$-]+)|\[(\d{1,9})\]|\['([^']*)'\]/y;

/** `.a.b[0]['c d']`: the part of JSONPath that names exactly one value. */
function parsePlace(text: string): JsonPlace {
  const place: (string | number)[] = [];
  STEP.lastIndex = 0;
  while (STEP.lastIndex < text.length) {
    const match = STEP.exec(text);
    if (match === null) {
      throw new RangeError(
        `"${shown(text)}" is no place in a body; write .name, [index] or ['name'] one after another, such as .items[0].id`,
      );
    }
    place.push(match[2] === undefined ? (match[1] ?? match[3] ?? '') : Number(match[2]));
  }
  return place;
}

function isContextVariable(name: string): boolean {
  return CONTEXT_NAMES.has(name) || /^authorizer(\.[A-Za-z0-9_:-]+)+$/.test(name);
}

function formsOf(side: MappingSide): string {
  return side === 'response' ? `${FORMS}, $response.header.NAME, $response.body.PLACE` : FORMS;
}

function shown(text: string): string {
  return text.slice(0, 100);
}
