import { type ErrorDetail } from '@sluice/contracts';

/** One thing wrong with an upload. Lines and columns count from 1, columns in UTF-16 units (as editors do). */
export type Diagnostic = Extract<ErrorDetail, { file: string }>;

const DIAGNOSTICS_MAX = 50;
const MESSAGE_CHARACTERS_MAX = 500;

/** C0 and C1 controls, and the characters that reorder or hide text in a terminal or a console ("Trojan source"). */
// eslint-disable-next-line no-control-regex -- the controls are what has to be found
const UNSAFE_CHARACTERS = /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** What a caller may see: equal entries once, at most 50, each printable and at most 500 characters. */
export function boundDiagnostics(diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const bounded = new Map<string, Diagnostic>();
  for (const { file, line, column, message } of diagnostics) {
    const entry = { file: printable(file), line, column, message: printable(message) };
    bounded.set(JSON.stringify(entry), entry);
    if (bounded.size === DIAGNOSTICS_MAX) break;
  }
  return [...bounded.values()];
}

/** A problem of the upload as a whole is reported at the start of `file`. */
export function atStartOf(file: string, message: string): Diagnostic {
  return { file, line: 1, column: 1, message };
}

/** Text of the upload inside one of our messages. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 120 ? `${text.slice(0, 119)}…` : text);
}

function printable(text: string): string {
  const cut = text.length > MESSAGE_CHARACTERS_MAX ? `${text.slice(0, MESSAGE_CHARACTERS_MAX - 1)}…` : text;
  const escaped = cut.replace(UNSAFE_CHARACTERS, (character) => {
    return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
  return escaped.length > MESSAGE_CHARACTERS_MAX ? `${escaped.slice(0, MESSAGE_CHARACTERS_MAX - 1)}…` : escaped;
}
