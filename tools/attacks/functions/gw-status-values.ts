/**
 * attack:  statuses that hang or break clients
 * surface: status handling
 * @query s=100,101,102,103,199,99,1000,0,-1,200.7,abc,NaN,1e9,0x1F4,2e2,+200,200OK,600,999,null-body
 * @answer 502
 */
export default async function handler(event: any) {
  const s = event.queryStringParameters.s;
  return { statusCode: s === 'null-body' ? [200] : s, body: 'AAAA' };
}
