/**
 * attack:  a body under statuses that have none
 * surface: response framing
 * @query s=204,205,304
 * @answer 204 | 205 | 304 | 502
 */
export default async function handler(event: any) {
  return {
    statusCode: event.queryStringParameters.s,
    headers: { 'content-length': '4' },
    body: 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n',
  };
}
