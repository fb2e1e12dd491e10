import { SluiceError } from '@sluice/contracts';
import { type AdminRequest, badRequest } from './admin-request';

/** `If-Match` and `If-None-Match: *` of a write (RFC 9110 §13.1). Strong comparison: weak tags match nothing. */
export interface Preconditions {
  readonly ifMatch: readonly string[] | '*' | null;
  readonly onlyIfAbsent: boolean;
}

/** @throws SluiceError BAD_REQUEST */
export function preconditionsOf({ headers }: AdminRequest): Preconditions {
  const ifNoneMatch = headers['if-none-match'];
  if (ifNoneMatch !== undefined && ifNoneMatch.trim() !== '*') {
    throw badRequest('If-None-Match of a write can only be "*": write only what does not exist yet.');
  }
  return { ifMatch: parseIfMatch(headers['if-match']), onlyIfAbsent: ifNoneMatch !== undefined };
}

/** @throws SluiceError PRECONDITION_FAILED. `present` is the tag of what is there, null when nothing is. */
export function checkPreconditions({ ifMatch, onlyIfAbsent }: Preconditions, present: string | null): void {
  if (onlyIfAbsent && present !== null) {
    throw new SluiceError('PRECONDITION_FAILED', `It exists already, with ETag "${present}".`);
  }
  if (ifMatch === null) return;
  if (present === null)
    throw new SluiceError('PRECONDITION_FAILED', 'If-Match names a revision, but nothing is there.');
  if (ifMatch !== '*' && !ifMatch.includes(present)) {
    throw new SluiceError('PRECONDITION_FAILED', `The present revision is "${present}".`);
  }
}

/** Whether a reader with `If-None-Match` has the present state already. */
export function isNotModified({ headers }: AdminRequest, present: string): boolean {
  const value = headers['if-none-match'];
  if (value === undefined) return false;
  return value.trim() === '*' || value.split(',').some((tag) => tag.trim().replace(/^W\//, '') === `"${present}"`);
}

function parseIfMatch(value: string | undefined): readonly string[] | '*' | null {
  if (value === undefined) return null;
  if (value.trim() === '*') return '*';
  return value.split(',').map((tag) => /^"([\x21\x23-\x7e]*)"$/.exec(tag.trim())?.[1] ?? '\0');
}
