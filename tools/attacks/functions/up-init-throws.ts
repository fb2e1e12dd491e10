/**
 * attack:  the module throws something exotic while it loads
 * surface: init errors
 * @answer upload 400
 */
const error: any = new Proxy(new Error('x'), {
  get() {
    throw new Error('trap');
  },
  getPrototypeOf() {
    throw null;
  },
});
throw error;
export default async function handler(event: any) {
  return { statusCode: 200 };
}
