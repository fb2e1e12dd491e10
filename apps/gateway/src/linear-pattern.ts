import { setFlagsFromString } from 'node:v8';

// Makes the flag `l` known: V8's engine that never backtracks. Patterns without it are run as ever.
setFlagsFromString('--enable-experimental-regexp-engine');

/**
 * A regular expression of a user, matched in time linear in the text whatever the pattern is. What cannot be (back-references,
 * look-ahead, large repetitions) is refused: throws SyntaxError saying so.
 */
export function linearPattern(source: string): RegExp {
  // eslint-disable-next-line no-invalid-regexp -- the rule does not know the flag
  return new RegExp(source, 'l');
}
