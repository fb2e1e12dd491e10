/**
 * attack:  call 1 keeps its callback; later calls answer through it first
 * surface: results of another invocation
 * calls:   3
 * @answer 200 {"own":true}
 */
let stale: any;
export const handler = (event: any, context: any, callback: any) => {
  if (stale !== undefined) {
    stale(null, { statusCode: 200, body: '{"own":false}' });
    stale(new Error('stale'));
  }
  stale ??= callback;
  setTimeout(() => callback(null, { statusCode: 200, body: '{"own":true}' }), 5);
};
