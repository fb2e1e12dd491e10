export type MappingAction = 'append' | 'overwrite' | 'remove';

/** What the key of a mapping acts on. Header names are lower-case. */
export type MappingTarget =
  | { readonly action: MappingAction; readonly on: 'header' | 'querystring'; readonly name: string }
  | { readonly action: 'overwrite'; readonly on: 'path' | 'statuscode' };

const KEY = /^(append|overwrite|remove):(header|querystring)\.(.+)$/;
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/;

/** Said by the gateway, or decides how a message is framed or who is asking: not for mappings to change (AWS's list and ours). */
const RESERVED = new Set([
  'authorization',
  'connection',
  'content-encoding',
  'content-length',
  'content-location',
  'expect',
  'forwarded',
  'keep-alive',
  'max-forwards',
  'origin',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'trailers',
  'transfer-encoding',
  'upgrade',
  'via',
  'www-authenticate',
]);
const RESERVED_PREFIXES = ['access-control-', 'apigw-', 'x-amz-', 'x-amzn-', 'x-forwarded-', 'x-sluice-'];
/** What an answer may say of itself, although a request may not. */
const FREE_IN_ANSWERS = new Set(['content-location', 'www-authenticate']);

/** Reads a key of `requestParameters`. Throws RangeError saying what is wrong. */
export function parseRequestTarget(key: string): MappingTarget {
  if (key === 'overwrite:path') return { action: 'overwrite', on: 'path' };
  const target = parseNamed(key);
  if (target === null) {
    throw new RangeError(
      'must be append, overwrite or remove, then :header.NAME or :querystring.NAME; or overwrite:path',
    );
  }
  if (target.on === 'header' && isReserved(target.name)) throw reserved(target.name);
  return target;
}

/** Reads a key of `responseParameters`. Throws RangeError saying what is wrong. */
export function parseResponseTarget(key: string): MappingTarget {
  if (key === 'overwrite:statuscode') return { action: 'overwrite', on: 'statuscode' };
  const target = parseNamed(key);
  if (target === null || target.on !== 'header')
    throw new RangeError('must be append, overwrite or remove, then :header.NAME; or overwrite:statuscode');
  if (isReserved(target.name) && !FREE_IN_ANSWERS.has(target.name)) throw reserved(target.name);
  return target;
}

/** A header that a mock may set: also those of CORS, as AWS's REST APIs answer preflights by mocks. */
export function isMockHeader(name: string): boolean {
  const lower = name.toLowerCase();
  if (lower.startsWith('access-control-')) return HEADER_NAME.test(name);
  return HEADER_NAME.test(name) && (!isReserved(lower) || FREE_IN_ANSWERS.has(lower));
}

function parseNamed(key: string): Extract<MappingTarget, { name: string }> | null {
  const [, action, on, name] = KEY.exec(key) ?? [];
  if (action === undefined || on === undefined || name === undefined) return null;
  if (on === 'header' && !HEADER_NAME.test(name)) throw new RangeError(`"${name.slice(0, 100)}" is no header name`);
  return {
    action: action as MappingAction,
    on: on as 'header' | 'querystring',
    name: on === 'header' ? name.toLowerCase() : name,
  };
}

function isReserved(lower: string): boolean {
  return RESERVED.has(lower) || RESERVED_PREFIXES.some((prefix) => lower.startsWith(prefix));
}

function reserved(name: string): RangeError {
  return new RangeError(`the header ${name} is reserved; mappings cannot change it`);
}
