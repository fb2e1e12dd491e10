/**
 * attack:  segments a long text by words again and again
 * surface: ICU work inside the isolate
 * @answer 504 | 502
 */
export default async function handler(event: any) {
  const text = 'wörter und Zeichen. '.repeat(50000);
  let n = 0;
  for (;;) for (const part of new Intl.Segmenter('th', { granularity: 'word' }).segment(text)) n += part.segment.length;
}
