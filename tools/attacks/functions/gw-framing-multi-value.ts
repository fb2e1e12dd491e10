/**
 * attack:  framing headers as lists, in two spellings at once
 * surface: response framing
 * @answer 200 | 502
 */
export default async function handler(event: any) {
  return {
    statusCode: 200,
    headers: { 'CONTENT-LENGTH': '5' },
    multiValueHeaders: { 'content-length': ['5', '7'], 'Transfer-Encoding': ['chunked', 'identity'] },
    body: 'HTTP/1.1 200 OK\r\n\r\n',
  };
}
