/**
 * How an invocation ended, as one byte on the wire (host channel and reply link alike).
 * Only `ok` carries the function's JSON text; the others carry AWS's error JSON `{ errorType, errorMessage, trace? }`.
 */
export const OUTCOME = {
  ok: 0,
  /** The handler threw or rejected. */
  functionError: 1,
  timeout: 2,
  cpuTimeout: 3,
  outOfMemory: 4,
  /** The environment ended under the invocation (host died, flood, protocol breach). */
  exited: 5,
  responseTooLarge: 6,
  /** The result is no JSON (a cycle, a BigInt, a function). */
  responseMalformed: 7,
  initError: 8,
  /** It never started and may be run elsewhere at once. Only on the host channel. */
  notStarted: 9,
  /** The client left before it started. */
  cancelled: 10,
  /** It waited for a free environment until its deadline. */
  waitTimeout: 11,
  /** The host died and it may not be run twice. */
  hostLost: 12,
  circuitOpen: 13,
  /** The runner could not load the revision. */
  revisionMissing: 14,
} as const;

export type Outcome = (typeof OUTCOME)[keyof typeof OUTCOME];
export type OutcomeName = keyof typeof OUTCOME;

const NAMES = Object.fromEntries(Object.entries(OUTCOME).map(([name, value]) => [value, name])) as Record<
  Outcome,
  OutcomeName
>;

export function outcomeName(outcome: Outcome): OutcomeName {
  return NAMES[outcome];
}

/** AWS's error payload. */
export interface FunctionErrorPayload {
  readonly errorType: string;
  readonly errorMessage: string;
  readonly trace?: readonly string[];
}
