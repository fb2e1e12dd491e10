import { linearPattern } from './linear-pattern';

describe('a regular expression of a user', () => {
  it.each([
    ['^Bearer [A-Za-z0-9._-]+$', 'Bearer abc.def', true],
    ['^Bearer [A-Za-z0-9._-]+$', 'Basic abc', false],
    ['^(a|b)*?c{1,3}$', 'ababcc', true],
  ])('%s matches %s: %s', (source, text, matches) => {
    expect(linearPattern(source).test(text)).toBe(matches);
  });

  // Each of these takes a backtracking engine longer than the age of the universe: that the spec ends is the proof.
  it.each(['^(a+)+$', '^(a|aa)+$', '^(a|a?)+$', '(x+x+)+y', '^(([a-z])+.)+[A-Z]([a-z])+$'])(
    '%s cannot be made to hang with 100 KB of text',
    (source) => {
      expect(linearPattern(source).test(`${'a'.repeat(50_000)}${'x'.repeat(50_000)}!`)).toBe(false);
    },
  );

  it.each(['(a)\\1', '(?=a)b', 'a{1,9999}'])('%s, which no linear engine can match, is refused', (source) => {
    expect(() => linearPattern(source)).toThrow('Cannot be executed in linear time');
  });
});
