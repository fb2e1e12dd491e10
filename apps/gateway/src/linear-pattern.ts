import { setFlagsFromString } from 'node:v8';
import { LIMITS } from '@sluice/contracts';

/** A pattern that takes time in proportion to the text, whatever the text is. */
export interface LinearPattern {
  /** A text over `LIMITS.patternTextCharsMax` never matches. */
  readonly test: (text: string) => boolean;
}

// Makes the flag `l` known: V8's engine that never backtracks. Patterns without it are run as ever.
setFlagsFromString('--enable-experimental-regexp-engine');

/**
 * Prepares a regular expression of a user for matching in time linear in the text, whatever the pattern is
 * (https://v8.dev/blog/non-backtracking-regexp). That engine takes small counts only, so they are written out for it (`a{2,4}` as
 * `aaa?a?`). What it cannot do at all (back-references, look-around, `\p`) is refused: throws SyntaxError saying so.
 */
export function linearPattern(source: string): LinearPattern {
  new RegExp(source, 'u'); // what is no pattern at all is refused in the engine's own words
  if (/\\(?:[1-9]|k<|[pP]\{|u\{)/.test(source.replaceAll('\\\\', ''))) throw notLinear(source);
  let expression: RegExp;
  try {
    // eslint-disable-next-line no-invalid-regexp -- the rule does not know the flag
    expression = new RegExp(new Expansion(source).text(), 'l');
  } catch (error) {
    if (error instanceof TooManyRepetitions) throw error;
    throw notLinear(source);
  }
  return { test: (text) => text.length <= LIMITS.patternTextCharsMax && expression.test(text) };
}

class TooManyRepetitions extends SyntaxError {
  constructor(source: string) {
    super(
      `its counts stand for more than ${LIMITS.patternRepeatsMax} repetitions; check lengths by other means: ${shown(source)}`,
    );
  }
}

/** A piece of a pattern, and how many characters or classes it consists of. */
interface Piece {
  readonly text: string;
  readonly size: number;
}

const COUNT = /\{(\d+)(?:(,)(\d*))?\}/y;
const ESCAPE = /\\(?:u[0-9a-f]{4}|x[0-9a-f]{2}|c[a-z]|[^])/iy;
const CLASS = /\[(?:\\[^]|[^\]\\])*\]/y;
const GROUP = /\((?:\?<[A-Za-z_$][\w$]*>|\?:|(?!\?))/y;

/** Reads a pattern once and writes its counts out. Groups capture nothing: only whether it matches is asked. */
class Expansion {
  private at = 0;

  constructor(private readonly source: string) {}

  text(): string {
    return this.alternatives().text;
  }

  private alternatives(): Piece {
    let text = '';
    let size = 0;
    while (this.at < this.source.length && this.source[this.at] !== ')') {
      const piece = this.counted(this.atom());
      text += piece.text;
      size += piece.size;
    }
    return { text, size };
  }

  private atom(): Piece {
    const group = this.taken(GROUP);
    if (group === null) return { text: this.taken(ESCAPE) ?? this.taken(CLASS) ?? this.take(), size: 1 };
    const inner = this.alternatives();
    this.take();
    return { text: `(?:${inner.text})`, size: inner.size };
  }

  private counted(atom: Piece): Piece {
    COUNT.lastIndex = this.at;
    const [count, least = '', comma, most] = COUNT.exec(this.source) ?? [];
    if (count === undefined) return atom;
    this.at += count.length;
    const lazy = this.source[this.at] === '?' ? this.take() : '';
    const low = Number(least);
    const high = comma === undefined ? low : most === '' || most === undefined ? low + 1 : Number(most);
    const size = atom.size * high;
    if (size > LIMITS.patternRepeatsMax) throw new TooManyRepetitions(this.source);
    const rest = most === '' ? `${atom.text}*${lazy}` : `${atom.text}?${lazy}`.repeat(high - low);
    return { text: `(?:${atom.text.repeat(low)}${rest})`, size };
  }

  private taken(form: RegExp): string | null {
    form.lastIndex = this.at;
    const text = form.exec(this.source)?.[0];
    if (text === undefined) return null;
    this.at += text.length;
    return text;
  }

  private take(): string {
    return this.source[this.at++] ?? '';
  }
}

function notLinear(source: string): SyntaxError {
  return new SyntaxError(
    `Cannot be executed in linear time: write it without back-references, look-around and \\p{…}: ${shown(source)}`,
  );
}

function shown(source: string): string {
  return source.slice(0, 100);
}
