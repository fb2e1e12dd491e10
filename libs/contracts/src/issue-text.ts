import { type z } from 'zod';

/** What a wrong value should have been, to stand behind its place: `cache.ttlSeconds` `must be at most 3600`. Schemas that say more come first. */
export function issueText(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? `is missing: ${A[issue.expected] ?? issue.expected}` : mustBe(issue.expected);
    case 'invalid_value':
      return `must be ${oneOf(issue.values)}`;
    case 'too_big': {
      const parts = partsOf(issue.origin, issue.maximum);
      if (parts !== null) return `may have at most ${parts}`;
      return `must be ${issue.inclusive === false ? 'less than' : 'at most'} ${issue.maximum}`;
    }
    case 'too_small': {
      const parts = partsOf(issue.origin, issue.minimum);
      if (parts !== null) return `must have at least ${parts}`;
      return `must be ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`;
    }
    case 'not_multiple_of':
      return `must be a multiple of ${issue.divisor}`;
    case 'invalid_union':
      return Array.isArray(issue['options']) ? `must be ${oneOf(issue['options'])}` : undefined;
    default:
      return undefined;
  }
}

/** The same for a value that fits none of several shapes. */
export function alternativesText(messages: readonly string[]): string {
  const [first = 'is not understood', ...others] = new Set(messages);
  return [first, ...others.map((message) => message.replace(/^must be /, ''))].join(' or ');
}

function partsOf(origin: string, count: number | bigint): string | null {
  if (origin === 'string') return `${count} ${Number(count) === 1 ? 'character' : 'characters'}`;
  if (origin === 'array') return `${count} ${Number(count) === 1 ? 'entry' : 'entries'}`;
  return null;
}

const A: Readonly<Record<string, string>> = {
  string: 'a string',
  number: 'a number',
  int: 'an integer',
  boolean: 'true or false',
  array: 'an array',
  object: 'an object',
  record: 'an object',
};

function mustBe(expected: string): string {
  return `must be ${A[expected] ?? expected}`;
}

function oneOf(values: readonly unknown[]): string {
  const texts = values.map((value) => JSON.stringify(value));
  return texts.length < 2 ? texts.join() : `${texts.slice(0, -1).join(', ')} or ${texts.at(-1)}`;
}
