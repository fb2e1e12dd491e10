/**
 * attack:  timers set while the module loads loop once the module is loaded
 * surface: init phase, work that belongs to no invocation
 * calls:   2
 * @answer upload 400 | 504 | 502 | 200
 */
setInterval(() => {
  for (;;) {}
}, 1);
setTimeout(() => {
  for (;;) {}
}, 0);
export default async function handler(event: any) {
  return { statusCode: 200, body: 'loaded' };
}
