/**
 * attack:  throws HTML and header text
 * surface: error bodies and headers
 * @answer 502
 */
export default async function handler(event: any) {
  const error = new Error('<script>alert(1)</script>\r\nx-evil: 1');
  error.name = 'Evil\r\nx-evil: 1\r\n\r\nHTTP/1.1 200 OK';
  throw error;
}
