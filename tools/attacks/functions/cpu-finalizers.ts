/**
 * attack:  finalizers and weak callbacks that loop, left behind by an answered call
 * surface: work that V8 schedules by itself
 * calls:   3
 * @answer 200
 */
const registry = new FinalizationRegistry(() => {
  for (;;) {}
});
export default async function handler(event: any) {
  for (let i = 0; i < 50000; i++) registry.register({ payload: new Array(50).fill(i) }, i);
  return { statusCode: 200, body: 'done' };
}
