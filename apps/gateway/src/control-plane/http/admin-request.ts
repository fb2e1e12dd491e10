import { type IncomingMessage } from 'node:http';
import { SluiceError } from '@sluice/contracts';
import { type Principal } from '@sluice/iam';

/** A request of the control plane after the middleware and the guard. */
export interface AdminRequest extends IncomingMessage {
  /** The path's parameters, decoded; there once the route is found. */
  params: Readonly<Record<string, string>>;
  requestId: string;
  /** The target as it was sent; Express changes `url` as it routes. */
  target: string;
  /** The body as it was sent; empty on open routes, whose body is not read. */
  body: Buffer;
  /** null on open routes. */
  principal: Principal | null;
}

/** What a presigned URL adds to a query. It signs the request and is no parameter of it. */
const SIGNATURE_PARAMETER =
  /^x-amz-(algorithm|credential|date|expires|signedheaders|signature|security-token|content-sha256)$/i;

/**
 * The query parameters, decoded. One that is repeated is refused: which of the two counts would be a guess.
 * @throws SluiceError BAD_REQUEST
 */
export function queryParameters(request: AdminRequest): ReadonlyMap<string, string> {
  const question = request.target.indexOf('?');
  const parameters = new Map<string, string>();
  if (question < 0) return parameters;
  for (const [name, value] of new URLSearchParams(request.target.slice(question + 1))) {
    if (SIGNATURE_PARAMETER.test(name)) continue;
    if (parameters.has(name)) throw badRequest(`The query parameter "${name}" is repeated.`);
    parameters.set(name, value);
  }
  return parameters;
}

/** The known parameters; an unknown one is refused by name, since a misspelt filter must not widen an answer. */
export function knownQueryParameters<Name extends string>(
  request: AdminRequest,
  names: readonly Name[],
): Partial<Record<Name, string>> {
  const parameters = queryParameters(request);
  for (const name of parameters.keys()) {
    if (!names.includes(name as Name)) {
      const known = names.length === 0 ? 'none is known here' : `known: ${names.join(', ')}`;
      throw badRequest(`The query parameter "${name.slice(0, 64)}" is not known; ${known}.`);
    }
  }
  return Object.fromEntries(parameters) as Partial<Record<Name, string>>;
}

/** A whole number in a query. @throws SluiceError BAD_REQUEST naming the parameter */
export function integerParameter(name: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) return undefined;
  const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
  if (!(value >= min && value <= max)) throw badRequest(`"${name}" must be an integer from ${min} to ${max}.`);
  return value;
}

export function badRequest(message: string): SluiceError {
  return new SluiceError('BAD_REQUEST', message);
}
