/**
 * attack:  keeps collators, segmenters and date formatters
 * surface: ICU memory outside the heap
 * @answer 502 | 504 | 200
 */
export default async function handler(event: any) {
  const keep: any[] = [];
  const end = Date.now() + 3000;
  while (Date.now() < end)
    keep.push(new Intl.Collator('zh'), new Intl.DateTimeFormat('fa', { dateStyle: 'full' }), new Intl.Segmenter('ja'));
  return { statusCode: 200, body: String(keep.length) };
}
