import { LIMITS } from '@sluice/contracts';
import { linearPattern } from './linear-pattern';

describe('a regular expression of a user', () => {
  it.each([
    ['^[a-z0-9-]{1,64}$', ['a', 'a'.repeat(64)], ['', 'a'.repeat(65), 'A']],
    ['^\\d{4}-(0[1-9]|1[0-2])-\\d{2}$', ['2026-11-23'], ['2026-13-23', '26-11-23']],
    ['^(ab|c){2,3}$', ['abab', 'cc', 'abcab'], ['ab', 'cccc']],
    ['^([a-f]{2}:){5}[a-f]{2}$', ['aa:bb:cc:dd:ee:ff'], ['aa:bb']],
    ['^a{2,}b{0}c{1}?$', ['aac', 'aaaac'], ['ac', 'aabc']],
    ['^(?<year>\\d{2,4}?)x$', ['12x', '1234x'], ['1x']],
    ['^[^@\\s]+@[^@\\s]+\\.[a-z]{2,10}$', ['a@b.de'], ['a@b', 'a b@c.de']],
    ['^[\\]{}]{3}\\{x\\}$', [']{}{x}'], ['{x}']],
    ['colou?r', ['the colour', 'color'], ['colr']],
    ['^\\u00e9\\x41$', ['éA'], ['eA']],
  ])('%s matches what it says', (pattern, matching, others) => {
    const { test } = linearPattern(pattern);
    for (const text of matching) expect([text, test(text)]).toEqual([text, true]);
    for (const text of others) expect([text, test(text)]).toEqual([text, false]);
  });

  it.each([
    ['^(a+)+$', `${'a'.repeat(100_000 - 1)}b`],
    ['^(a|aa)+$', `${'a'.repeat(100_000 - 1)}b`],
    ['^\\s*\\s*\\s*\\s*x', ' '.repeat(100_000)],
    ['^([a-z0-9]{1,20})*$', `${'a'.repeat(100_000 - 1)}!`],
    ['(x+x+)+y', 'x'.repeat(100_000)],
    ['^(([a-z])+.)+[A-Z]([a-z])+$', 'a'.repeat(100_000)],
    // Each of these takes a backtracking engine longer than the age of the universe: that the spec ends is the proof.
  ])('%s cannot be made to go back over the text again and again', (pattern, text) => {
    expect(linearPattern(pattern).test(text)).toBe(false);
  });

  it.each(['(a)\\1', '^(?=a)b', '(?<!a)b', '\\p{L}+', '\\u{1F600}'])(
    '%s is refused with what to do instead',
    (pattern) => {
      expect(() => linearPattern(pattern)).toThrow('linear time');
    },
  );

  it.each(['a{1001}', '(a{100}){100}', '((a{10}){10}){11}', '[a-z]{5000,}', 'a{1,9999}'])(
    '%s is refused as too large',
    (pattern) => {
      expect(() => linearPattern(pattern)).toThrow('more than 1000 repetitions');
    },
  );

  it.each(['(', 'a)', '[', '*a', 'a{2,1}'])('%s, which is no pattern, is refused', (pattern) => {
    expect(() => linearPattern(pattern)).toThrow();
  });

  it('does not match a text that is too long to be looked at', () => {
    const { test } = linearPattern('^a*$');
    expect(test('a'.repeat(LIMITS.patternTextCharsMax))).toBe(true);
    expect(test('a'.repeat(LIMITS.patternTextCharsMax + 1))).toBe(false);
  });
});
