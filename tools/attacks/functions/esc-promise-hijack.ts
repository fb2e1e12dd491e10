/**
 * attack:  Promise.prototype.then answers with other results
 * surface: wrapper integrity: results by promise
 * calls:   3
 * @answer 200 {"ok":true} | 502 | 504
 */
const original = Promise.prototype.then;
(Promise.prototype as any).then = function (this: any, resolve: any, reject: any) {
  return original.call(this, (value: any) => resolve?.({ statusCode: 200, body: '{"ok":"hijacked"}' }), reject);
};
Object.defineProperty(Promise.prototype, 'constructor', {
  get() {
    throw new Error('constructor');
  },
});
export default async function handler(event: any) {
  return { statusCode: 200, body: '{"ok":true}' };
}
