/** What JSON writes otherwise than it is, and more: quotes, backslashes, controls, lone surrogates. */
const ESCAPED = /["\\\p{Cc}\p{Cs}]/u;

/** `JSON.stringify` of a text, for the short texts of a head: hardly one needs an escape, and looking costs less than writing. */
export function jsonText(text: string): string {
  return ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`;
}
