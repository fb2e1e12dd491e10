/**
 * attack:  replaces and freezes the context's methods and compares on the next call
 * surface: fresh context per invocation
 * calls:   3
 * @answer 200 {"same":false,"remaining":true}
 */
let kept: any;
export default async function handler(event: any, context: any) {
  const same =
    kept !== undefined &&
    (kept === context || context.done === 0 || context.getRemainingTimeInMillis === 0 || context.awsRequestId === 0);
  const remaining = context.getRemainingTimeInMillis() > 0;
  kept = context;
  for (const key of ['getRemainingTimeInMillis', 'done', 'awsRequestId', 'callbackWaitsForEmptyEventLoop']) {
    try {
      context[key] = 0;
    } catch {}
  }
  Object.freeze(Object.getPrototypeOf(context) === Object.prototype ? context : Object.getPrototypeOf(context));
  return { statusCode: 200, body: JSON.stringify({ same, remaining }) };
}
