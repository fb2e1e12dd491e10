import { jsonText } from './json-text';

test('is what JSON.stringify makes of every character, alone and among others', () => {
  const characters = Array.from({ length: 0x10000 }, (_, code) => String.fromCharCode(code));
  const texts = [...characters, ...characters.map((character) => `a${character}b`), '', '\u{1f600}'];
  expect(texts.filter((text) => jsonText(text) !== JSON.stringify(text))).toEqual([]);
});
