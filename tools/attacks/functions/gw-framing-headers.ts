/**
 * attack:  framing headers that contradict the body
 * surface: response framing
 * @query k=chunked
 * @answer 200 | 502
 */
export default async function handler(event: any) {
  const headers: Record<string, () => any> = {
    chunked: () => ({ 'transfer-encoding': 'chunked' }),
    longer: () => ({ 'content-length': '99999' }),
    shorter: () => ({ 'Content-Length': '1' }),
    negative: () => ({ 'content-length': '-1' }),
    both: () => ({ 'transfer-encoding': 'chunked', 'content-length': '3' }),
    close: () => ({ connection: 'close' }),
    upgrade: () => ({ connection: 'upgrade', upgrade: 'websocket' }),
    trailer: () => ({ trailer: 'x-late', te: 'trailers' }),
    keep: () => ({ 'keep-alive': 'timeout=0, max=0', 'proxy-connection': 'close' }),
    named: () => ({ connection: 'x-secret, content-type', 'x-secret': '1' }),
  };
  return {
    statusCode: 200,
    headers: headers[event.queryStringParameters.k]!(),
    body: '0\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nEVIL',
  };
}
