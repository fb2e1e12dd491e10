/** Quotes, backslashes, C0 and C1 controls, and what changes the direction of text on a terminal. */
const UNSAFE = /["\\\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;
const UNSAFE_ALL = new RegExp(UNSAFE, 'gu');

/**
 * Text from outside as part of a log line: what could end a quoted field or a line becomes an escape that JSON understands, inside
 * or outside JSON. Most text has nothing of that and is returned as it is.
 */
export function escapeText(text: string): string {
  return UNSAFE.test(text) ? text.replace(UNSAFE_ALL, escapeCharacter) : text;
}

/** The same for a field without quotes around it, which ends at the next blank. */
export function escapeField(text: string): string {
  return escapeText(text).replaceAll(' ', '\\u0020');
}

function escapeCharacter(character: string): string {
  if (character === '"' || character === '\\') return `\\${character}`;
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
