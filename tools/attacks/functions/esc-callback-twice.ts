/**
 * attack:  calls back twice and throws afterwards
 * surface: one result per invocation
 * calls:   3
 * @answer 200 {"call":1}
 */
export const handler = (event: any, context: any, callback: any) => {
  callback(null, { statusCode: 200, body: '{"call":1}' });
  callback(null, { statusCode: 200, body: '{"call":2}' });
  callback(new Error('third'));
};
