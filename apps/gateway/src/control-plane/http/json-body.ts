import { badRequest } from './admin-request';

/** Deeper than any definition or configuration. */
const DEPTH_MAX = 64;

/**
 * JSON (RFC 8259) from outside: UTF-8 without a byte order mark, at most 64 levels deep (counted before parsing), and without a
 * member named `__proto__`, which later copying could turn into a prototype. The last of two equal names counts.
 * @throws SluiceError BAD_REQUEST
 */
export function parseJsonBody(body: Buffer): unknown {
  const text = decodeUtf8(body);
  if (depthOf(text) > DEPTH_MAX) throw badRequest(`The JSON is nested deeper than ${DEPTH_MAX} levels.`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw badRequest(`The body is not JSON: ${(error as Error).message.slice(0, 200)}`);
  }
  refusePrototypeMember(value);
  return value;
}

/** @throws SluiceError BAD_REQUEST */
export function decodeUtf8(body: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(body);
  } catch {
    throw badRequest('The body is not UTF-8.');
  }
}

function depthOf(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === QUOTE) i = endOfString(text, i);
    else if (code === BRACE_OPEN || code === BRACKET_OPEN) deepest = Math.max(deepest, ++depth);
    else if (code === BRACE_CLOSE || code === BRACKET_CLOSE) depth--;
  }
  return deepest;
}

function endOfString(text: string, start: number): number {
  let i = start + 1;
  while (i < text.length && text.charCodeAt(i) !== QUOTE) i += text.charCodeAt(i) === BACKSLASH ? 2 : 1;
  return i;
}

/** The value is at most 64 levels deep, so recursion is safe. */
function refusePrototypeMember(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  if (Object.hasOwn(value, '__proto__')) throw badRequest('A member named "__proto__" is not accepted.');
  for (const member of Object.values(value)) refusePrototypeMember(member);
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BRACE_OPEN = 0x7b;
const BRACE_CLOSE = 0x7d;
const BRACKET_OPEN = 0x5b;
const BRACKET_CLOSE = 0x5d;
