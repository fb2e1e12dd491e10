import { deriveSigningKey, SigningKeyCache } from './signing-key';

const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const scope = { date: '20150830', region: 'us-east-1', service: 'iam' };

test("the key of AWS's documented example comes out", () => {
  // https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-examples.html
  expect(deriveSigningKey(secret, scope).toString('hex')).toBe(
    'c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9',
  );
});

test('a cached key is the derived key, and another secret or scope has its own', () => {
  const keys = new SigningKeyCache();
  const first = keys.get(secret, scope);
  expect(keys.get(secret, scope)).toBe(first);
  expect(first.export()).toEqual(deriveSigningKey(secret, scope));
  expect(keys.get(`${secret}x`, scope).equals(first)).toBe(false);
  expect(keys.get(secret, { ...scope, region: 'eu-west-1' }).equals(first)).toBe(false);
});

test('the cache never grows over its bound and drops what was used longest ago', () => {
  const keys = new SigningKeyCache(2);
  const [a, b, c] = ['a', 'b', 'c'].map((region) => ({ ...scope, region })) as [
    typeof scope,
    typeof scope,
    typeof scope,
  ];
  const keyOfA = keys.get(secret, a);
  const keyOfB = keys.get(secret, b);
  keys.get(secret, a);
  keys.get(secret, c);
  expect(keys.size).toBe(2);
  expect(keys.get(secret, a)).toBe(keyOfA);
  expect(keys.get(secret, b)).not.toBe(keyOfB);
});
