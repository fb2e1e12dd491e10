import { SignatureError } from './signature-error';

/** A request as it stood on the wire. Nothing here is decoded: a signature covers bytes, not what a URL parser makes of them. */
export interface SignableRequest {
  readonly method: string;
  /** The request target of the request line, origin form: `/path?query`. */
  readonly target: string;
  /** Names and values alternating, in wire order, as `http.IncomingMessage.rawHeaders`. */
  readonly rawHeaders: readonly string[];
}

/** Values by lower-case name, in wire order. */
export type HeaderValues = ReadonlyMap<string, readonly string[]>;

export function headerValues(rawHeaders: readonly string[]): HeaderValues {
  const values = new Map<string, string[]>();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? '').toLowerCase();
    const value = rawHeaders[i + 1] ?? '';
    const present = values.get(name);
    if (present) present.push(value);
    else values.set(name, [value]);
  }
  return values;
}

/** The value of a header that must not be repeated, or null when it is absent. */
export function singleHeader(headers: HeaderValues, name: string): string | null {
  const values = headers.get(name);
  if (!values) return null;
  if (values.length > 1) throw new SignatureError('malformed', `The ${name} header is repeated.`);
  return values[0] ?? null;
}

export function splitTarget(target: string): { rawPath: string; rawQuery: string } {
  if (!target.startsWith('/')) throw new SignatureError('malformed', 'The request target must be a path.');
  const question = target.indexOf('?');
  return question < 0
    ? { rawPath: target, rawQuery: '' }
    : { rawPath: target.slice(0, question), rawQuery: target.slice(question + 1) };
}
