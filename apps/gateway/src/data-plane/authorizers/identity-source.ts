import { domainOf, queryPairs } from '../events/event-fields';
import { type Routed } from '../request-context';

/** What a request has at one place: every value, empty ones left out. */
export type IdentitySource = (context: Routed) => readonly string[];

const HEADER = '$request.header.';
const QUERY = '$request.querystring.';
const STAGE_VARIABLE = '$stageVariables.';
const CONTEXT = '$context.';
const NOTHING: readonly string[] = [];

/** Prepares a valid identity source (`libs/contracts`, authorization.ts) for reading. */
export function compileIdentitySource(text: string): IdentitySource {
  if (text.startsWith(HEADER)) return headerSource(text.slice(HEADER.length).toLowerCase());
  if (text.startsWith(QUERY)) return querySource(text.slice(QUERY.length));
  if (text.startsWith(STAGE_VARIABLE)) {
    const name = text.slice(STAGE_VARIABLE.length);
    return ({ route }) => valueList(Object.hasOwn(route.stage.variables, name) ? route.stage.variables[name] : '');
  }
  const read = CONTEXT_READERS[text.slice(CONTEXT.length)];
  if (read === undefined) throw new Error(`${text} is no identity source`);
  return (context) => valueList(read(context));
}

function headerSource(lowerName: string): IdentitySource {
  return ({ headers: { raw } }) => {
    let values = NOTHING;
    for (let index = 0; index < raw.length; index += 2) {
      const name = raw[index] as string;
      const value = raw[index + 1] as string;
      if (name.length === lowerName.length && value !== '' && name.toLowerCase() === lowerName)
        values = values === NOTHING ? [value] : [...values, value];
    }
    return values;
  };
}

function querySource(name: string): IdentitySource {
  return ({ rawQuery }) =>
    rawQuery === '' ? NOTHING : queryPairs(rawQuery).flatMap(([key, value]) => (key === name ? valueList(value) : []));
}

const CONTEXT_READERS: Readonly<Record<string, (context: Routed) => string>> = {
  apiId: ({ route }) => route.apiName,
  domainName: ({ headers }) => domainOf(headers.host).name,
  httpMethod: ({ method }) => method,
  'identity.sourceIp': ({ sourceIp }) => sourceIp,
  'identity.userAgent': ({ headers }) => headers.userAgent,
  path: ({ stagePath, routedPath }) => stagePath + routedPath,
  routeKey: ({ route }) => route.routeKey,
  stage: ({ route }) => route.stage.name,
};

function valueList(value: string | undefined): readonly string[] {
  return value === undefined || value === '' ? NOTHING : [value];
}
