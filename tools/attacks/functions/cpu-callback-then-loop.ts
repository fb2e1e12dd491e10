/**
 * attack:  calls back with an answer and then never returns
 * surface: late work after a callback
 * @answer 200 | 504
 */
export const handler = (event: any, context: any, callback: any) => {
  callback(null, { statusCode: 200, body: 'done' });
  for (;;) {}
};
