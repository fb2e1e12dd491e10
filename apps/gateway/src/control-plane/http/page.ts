import { badRequest, integerParameter, knownQueryParameters, type AdminRequest } from './admin-request';

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 1_000;

export const PAGE_PARAMETERS = ['limit', 'cursor'] as const;

export interface Page<T> {
  readonly items: T[];
  readonly nextCursor?: string;
}

/**
 * A page of named records in the order of their names. The cursor is the last name of the page before: whatever is added or
 * deleted meanwhile, a record that is there all along is answered exactly once.
 */
export function pageByName<T>(request: AdminRequest, records: ReadonlyMap<string, T>): Page<T> {
  return pageOf(knownQueryParameters(request, PAGE_PARAMETERS), records);
}

/** The same for a route that has other parameters as well. @throws SluiceError BAD_REQUEST */
export function pageOf<T>(
  query: { readonly limit?: string; readonly cursor?: string },
  records: ReadonlyMap<string, T>,
): Page<T> {
  const limit = integerParameter('limit', query.limit, 1, LIMIT_MAX) ?? LIMIT_DEFAULT;
  const after = query.cursor === undefined ? '' : decodeCursor(query.cursor);
  const names = [...records.keys()].filter((name) => name > after).sort();
  const page = names.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.flatMap((name) => records.get(name) ?? []),
    ...(names.length > limit && last !== undefined ? { nextCursor: Buffer.from(last).toString('base64url') } : {}),
  };
}

function decodeCursor(cursor: string): string {
  if (!/^[A-Za-z0-9_-]{1,128}$/.test(cursor)) throw badRequest('"cursor" must be a nextCursor of an answer.');
  return Buffer.from(cursor, 'base64url').toString();
}
