import { type ServerResponse } from 'node:http';
import { badRequest, type AdminRequest } from './admin-request';

/** Headers whose repetition leaves open which one counts. */
const SINGLE_HEADERS = new Set([
  'host',
  'authorization',
  'content-type',
  'content-length',
  'if-match',
  'if-none-match',
]);

/**
 * First middleware: gives every request its id, every answer its fixed headers, and refuses what two readers could read
 * differently (security: request smuggling, path confusion).
 */
export function identifyRequest(newRequestId: () => string) {
  return (request: AdminRequest, response: ServerResponse, next: (error?: unknown) => void): void => {
    request.requestId = newRequestId();
    request.target = request.url ?? '';
    request.body = Buffer.alloc(0);
    request.principal = null;
    response.setHeader('x-sluice-request-id', request.requestId);
    response.setHeader('cache-control', 'no-store');
    response.setHeader('x-content-type-options', 'nosniff');
    next(problemOf(request));
  };
}

function problemOf({ target, rawHeaders }: AdminRequest): Error | undefined {
  if (!/^\/[\x21-\x7e]*$/.test(target) || /[#\\]/.test(target)) {
    return badRequest('The request target must be a path of printable ASCII without "#" and "\\".');
  }
  const seen = new Set<string>();
  for (let i = 0; i < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? '').toLowerCase();
    if (seen.has(name) && SINGLE_HEADERS.has(name)) return badRequest(`The header "${name}" is repeated.`);
    seen.add(name);
  }
  return undefined;
}
