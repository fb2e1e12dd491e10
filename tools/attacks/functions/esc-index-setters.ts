/**
 * attack:  setters on the array indexes and field names a wrapper may write
 * surface: wrapper integrity: plain objects and arrays
 * calls:   2
 * @answer 200 {"stolen":0} | 502
 */
const stolen: any[] = [];
for (const key of [
  '0',
  '1',
  '2',
  'length',
  'id',
  'event',
  'result',
  'resolve',
  'reject',
  'outcome',
  'body',
  'errorType',
  'errorMessage',
  'value',
  'get',
  'set',
  'writable',
]) {
  for (const target of [Object.prototype, Array.prototype] as any[]) {
    try {
      Object.defineProperty(target, key, {
        configurable: true,
        set(value) {
          stolen[stolen.length] = value;
        },
        get() {
          return undefined;
        },
      });
    } catch {}
  }
}
export default async function handler(event: any) {
  const count = Object.keys(stolen).length;
  return Object.assign(Object.create(null), { statusCode: 200, body: `{"stolen":${count}}` });
}
