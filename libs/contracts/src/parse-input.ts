import { type z } from 'zod';
import { alternativesText, issueText } from './issue-text';
import { SluiceError, type ErrorDetail } from './sluice-error';

/** More than this helps nobody. */
const DETAILS_MAX = 100;

/**
 * Reads what a user sent against its schema. Throws VALIDATION_FAILED with one detail per bad field;
 * `what` begins the message ("The API definition"), `nameOf` may add to a path what the user calls the place.
 */
export function parseInput<T extends z.ZodType>(
  schema: T,
  input: unknown,
  what: string,
  nameOf: (path: readonly PropertyKey[]) => string = textOfPath,
): z.output<T> {
  const result = schema.safeParse(input, { error: issueText });
  if (result.success) return result.data;
  const details = result.error.issues.flatMap((issue) => detailsOf(issue, nameOf)).slice(0, DETAILS_MAX);
  throw new SluiceError('VALIDATION_FAILED', `${what} is not valid: ${summary(details)}`, { details });
}

/** `a.b[2].c` */
export function textOfPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number' ? `${text}[${part}]` : text === '' ? String(part) : `${text}.${String(part)}`,
    '',
  );
}

function detailsOf(issue: z.core.$ZodIssue, nameOf: (path: readonly PropertyKey[]) => string): ErrorDetail[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: nameOf([...issue.path, key]), message: 'is not a setting here' }));
  if (issue.code === 'invalid_key') {
    return issue.issues.map(({ message }) => ({ path: nameOf(issue.path), message: `the name ${message}` }));
  }
  if (issue.code === 'invalid_union') {
    // The alternative that got furthest is the one that was meant, or else the one with the least to mend.
    const [meant] = issue.errors.toSorted((a, b) => depth(b) - depth(a) || a.length - b.length);
    if (meant !== undefined && depth(meant) > 0)
      return meant.flatMap((inner) => detailsOf({ ...inner, path: [...issue.path, ...inner.path] }, nameOf));
    if (issue.message === UNSAID) {
      const message = alternativesText(
        issue.errors.flatMap((alternative) => alternative.map((inner) => inner.message)),
      );
      return [{ path: nameOf(issue.path), message }];
    }
  }
  return [{ path: nameOf(issue.path), message: issue.message }];
}

/** What a union says that has no words of its own. */
const UNSAID = 'Invalid input';

function depth(issues: readonly z.core.$ZodIssue[]): number {
  return issues.reduce(
    (most, { path, code }) => Math.max(most, path.length + (code === 'unrecognized_keys' ? 1 : 0)),
    0,
  );
}

function summary(details: readonly ErrorDetail[]): string {
  const [first] = details;
  if (first === undefined) return 'it does not have the expected shape.';
  const where = 'path' in first && first.path !== '' ? `${first.path} ` : '';
  return `${where}${first.message}${details.length > 1 ? `, and ${details.length - 1} more` : ''}.`;
}
