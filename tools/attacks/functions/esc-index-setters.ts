/**
 * attack:  setters on the array indexes and field names a wrapper may write
 * surface: wrapper integrity: plain objects and arrays
 * calls:   2
 * @answer 200 {"stolen":0} | 502
 */
let stolen = 0;
const names = [
  '0',
  '1',
  '2',
  'id',
  'event',
  'result',
  'resolve',
  'reject',
  'outcome',
  'body',
  'errorType',
  'errorMessage',
  'requestId',
  'headers',
  'value',
  'done',
  'writable',
  'enumerable',
  'get',
  'set',
];
const { defineProperty, create } = Object;
const trap = create(null);
trap.configurable = true;
trap.set = () => {
  stolen += 1;
};
trap.get = () => undefined;
const targets = [Array.prototype, Object.prototype];
function poison() {
  for (let t = 0; t < targets.length; t++)
    for (let n = 0; n < names.length; n++) defineProperty(targets[t], names[n]!, trap);
}
let poisoned = false;
export default async function handler(event: any) {
  if (!poisoned) {
    poisoned = true;
    poison();
  }
  const answer = create(null);
  defineProperty(answer, 'statusCode', descriptor(200));
  defineProperty(answer, 'body', descriptor(`{"stolen":${stolen}}`));
  return answer;
}
function descriptor(value: unknown): any {
  const own = create(null);
  own.value = value;
  own.enumerable = true;
  return own;
}
