/**
 * attack:  locale compare and case mapping of megabyte strings
 * surface: ICU collation without interrupt checks
 * @answer 504 | 502
 */
export default async function handler(event: any) {
  const a = 'İıß'.repeat(400000);
  const b = a + 'x';
  let n = 0;
  for (;;) n += a.localeCompare(b, 'tr') + a.toLocaleUpperCase('tr').length;
}
