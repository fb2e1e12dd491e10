import { parseRequestTarget, type RequestParameters } from '@sluice/contracts';
import { GatewayRefusal } from '../gateway-refusal';
import { encodePath } from '../integrations/url-parts';
import { editHeaders, type HeaderEdit } from './header-edits';
import { type MappingScope } from './mapping-scope';
import { compileText, type MappedText } from './mapping-value';

/** A request on its way to an upstream. */
export interface OutgoingRequest {
  readonly headers: string[];
  path: string;
  /** Without the question mark. */
  query: string;
}

interface QueryEdit {
  readonly action: 'append' | 'overwrite' | 'remove';
  readonly name: string;
  readonly value: MappedText;
}

/**
 * Prepares what `requestParameters` change of a request: headers, query and path, in the order of the definition.
 * The change throws BAD_REQUEST_PARAMETERS where a value the client sent cannot stand where it is mapped to.
 */
export function compileRequestMapping(
  mapping: RequestParameters,
  variables: Readonly<Record<string, string>>,
): (outgoing: OutgoingRequest, scope: MappingScope) => void {
  const headerEdits: HeaderEdit[] = [];
  const queryEdits: QueryEdit[] = [];
  let path: MappedText | null = null;
  for (const [key, text] of Object.entries(mapping)) {
    const target = parseRequestTarget(key);
    const value = compileText(text, 'request', variables);
    if (target.on === 'header') headerEdits.push({ action: target.action, lowerName: target.name, value });
    else if (target.on === 'querystring') queryEdits.push({ action: target.action, name: target.name, value });
    else path = value;
  }
  return (outgoing, scope) => {
    editHeaders(outgoing.headers, headerEdits, scope, refuseHeader);
    for (const edit of queryEdits) outgoing.query = editQuery(outgoing.query, edit, scope);
    const mapped = path?.read(scope);
    if (mapped !== undefined) outgoing.path = safePath(mapped);
  };
}

function editQuery(query: string, { action, name, value }: QueryEdit, scope: MappingScope): string {
  const text = action === 'remove' ? undefined : value.read(scope);
  if (action !== 'remove' && text === undefined) return query;
  const kept =
    action === 'append'
      ? query
      : query
          .split('&')
          .filter((pair) => nameOf(pair) !== name)
          .join('&');
  if (text === undefined) return kept;
  const pair = `${encodeURIComponent(name)}=${encodeURIComponent(text)}`;
  return kept === '' ? pair : `${kept}&${pair}`;
}

function nameOf(pair: string): string {
  const equals = pair.indexOf('=');
  const name = (equals < 0 ? pair : pair.slice(0, equals)).replaceAll('+', ' ');
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}

/** The caller may have chosen parts of it: neither a way up nor a query comes in through them. */
function safePath(text: string): string {
  const path = encodePath(text.startsWith('/') ? text : `/${text}`);
  if (/\/\.{1,2}(\/|$)/.test(path))
    throw new GatewayRefusal('BAD_REQUEST_PARAMETERS', 'A value of the request would be a "." or ".." in the path.', {
      publicMessage: 'Bad Request',
    });
  return path;
}

function refuseHeader(lowerName: string): never {
  throw new GatewayRefusal(
    'BAD_REQUEST_PARAMETERS',
    `The value for the header ${lowerName} has characters that a header cannot carry.`,
    { publicMessage: 'Bad Request' },
  );
}
