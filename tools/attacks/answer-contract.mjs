/** Does what came back fit the contract of the attack file? */
import { isDeepStrictEqual } from 'node:util';

/** True when the upload's status is one of the alternatives, or when it was accepted and a call is to follow. */
export function uploadIsHeld(answers, status) {
  return answers.some((answer) => (answer.kind === 'upload' && answer.status === status) || answer.kind === 'any');
}

export function expectsCall(answers) {
  return answers.some((answer) => answer.kind !== 'upload');
}

/** @param answer `{ status, headers, body }` of a call. `circuitCounts`: a 503 with an open circuit is held too (several calls at once). */
export function callIsHeld(answers, answer, { circuitCounts = false } = {}) {
  if (circuitCounts && answer.status === 503 && answer.headers['x-sluice-error'] === 'CIRCUIT_OPEN') return true;
  return answers.some((expected) => {
    if (expected.kind === 'any') return true;
    if (expected.kind !== 'call' || expected.status !== answer.status) return false;
    if (expected.errorType !== undefined) return answer.headers['x-sluice-reason'] === expected.errorType;
    if (expected.body !== undefined) return isDeepStrictEqual(parseJson(answer.body), expected.body);
    return true;
  });
}

export function describeAnswers(answers) {
  return answers
    .map(({ kind, status, errorType, body }) =>
      kind === 'any'
        ? 'any'
        : `${kind === 'upload' ? 'upload ' : ''}${status}${errorType ? ` ${errorType}` : ''}${body ? ` ${JSON.stringify(body)}` : ''}`,
    )
    .join(' | ');
}

const HOST_DETAIL =
  /(?:file:\/\/)?\/(?:home|root|work|usr|opt|srv|app|tmp|var|etc|proc)\/[\w./@-]+|node_modules[\w./@-]*|node:internal[\w./:-]*|\(<isolated-vm[^)]*\)|isolated-vm boundary|isolated_vm/g;

/**
 * Text of the host in what a user may read (an answer, a log): paths, host stacks, or one of `secrets`. What the user's own source
 * contains is the user's own. `/var/task` is where AWS puts functions and what our stacks say too.
 * @returns the first leak, or null
 */
export function findLeak(text, { source, secrets }) {
  for (const secret of secrets) if (text.includes(secret)) return 'a secret of somebody else';
  for (const [match] of text.matchAll(HOST_DETAIL)) {
    if (match.startsWith('/var/task/') || source.includes(match)) continue;
    return match.slice(0, 120);
  }
  return null;
}

function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
