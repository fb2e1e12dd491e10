/**
 * attack:  btoa and atob of megabytes for ever
 * surface: base64 of the guest API
 * @answer 504 | 502
 */
export default async function handler(event: any) {
  let text = 'x'.repeat(2 ** 20),
    n = 0;
  for (;;) n += atob(btoa(text)).length;
}
