import { LIMITS } from '@sluice/contracts/invocation';
import { GUEST_SCRIPT_NAME } from '../isolate-protocol';
import { bareArray, indexOf, jsonStringify, record, slice, toText } from './primordials';
import { cutUtf8 } from './utf8';

const NAME_BYTES_MAX = 256;
const MESSAGE_BYTES_MAX = LIMITS.guestErrorBytesMax / 2;
const STACK_BYTES_MAX = LIMITS.guestErrorBytesMax - MESSAGE_BYTES_MAX - NAME_BYTES_MAX - 256;

export interface ThrownParts {
  readonly errorType: string;
  readonly errorMessage: string;
  /** As V8 or the upload wrote it, without the prelude's own frames. */
  readonly stack: string;
}

/**
 * What was thrown, as bounded text. As AWS's Node runtime: an error has its name; anything else has `typeof` as its type and
 * no trace. Every property is read once and may throw or be anything; it is read here, inside the invocation's deadline.
 */
export function thrownParts(thrown: unknown): ThrownParts {
  const object = (typeof thrown === 'object' && thrown !== null) || typeof thrown === 'function';
  const stack = object ? readProperty(thrown, 'stack') : undefined;
  const message = object ? readProperty(thrown, 'message') : undefined;
  if (typeof stack !== 'string' && typeof message !== 'string') {
    return { errorType: typeof thrown, errorMessage: asText(thrown, MESSAGE_BYTES_MAX), stack: '' };
  }
  const name = readProperty(thrown, 'name');
  return {
    errorType: typeof name === 'string' && name !== '' ? cutUtf8(name, NAME_BYTES_MAX) : 'Error',
    errorMessage: asText(message ?? '', MESSAGE_BYTES_MAX),
    stack: typeof stack === 'string' ? ownFrames(stack) : '',
  };
}

/** AWS's error JSON of what was thrown. */
export function errorPayload(thrown: unknown): string {
  const parts = thrownParts(thrown);
  return payloadText(
    parts.errorType,
    parts.errorMessage,
    parts.stack === '' ? bareArray<string>() : lines(parts.stack),
  );
}

export function payloadText(errorType: string, errorMessage: string, trace?: readonly string[]): string {
  const payload = record<unknown>();
  payload['errorType'] = errorType;
  payload['errorMessage'] = errorMessage;
  if (trace !== undefined) payload['trace'] = trace;
  return jsonStringify(payload);
}

/** `String(value)` that never throws and is bounded. */
export function asText(value: unknown, bytesMax: number): string {
  try {
    return cutUtf8(toText(value), bytesMax);
  } catch {
    return '[no text: its toString throws]';
  }
}

/** The property as bounded text, or the value itself as text when it has none. */
export function readText(value: unknown, property: string, bytesMax: number): string {
  const read = readProperty(value, property);
  return asText(typeof read === 'string' ? read : value, bytesMax);
}

function readProperty(value: unknown, property: string): unknown {
  try {
    return (value as Record<string, unknown>)[property];
  } catch {
    return undefined;
  }
}

function ownFrames(stack: string): string {
  const all = lines(cutUtf8(stack, STACK_BYTES_MAX * 2));
  let kept = '';
  for (let at = 0; at < all.length; at++) {
    const line = all[at] as string;
    if (indexOf(line, GUEST_SCRIPT_NAME) < 0) kept += (kept === '' ? '' : '\n') + line;
  }
  return cutUtf8(kept, STACK_BYTES_MAX);
}

function lines(text: string): string[] {
  const found = bareArray<string>();
  for (let start = 0, count = 0; ; count++) {
    const end = indexOf(text, '\n', start);
    const value = end < 0 ? slice(text, start) : slice(text, start, end);
    found[count] = value;
    if (end < 0) return found;
    start = end + 1;
  }
}
