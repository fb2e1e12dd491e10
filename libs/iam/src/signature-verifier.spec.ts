import { createHash, randomBytes } from 'node:crypto';
import { presignTarget, signRequest, SignatureError, type SignOptions } from '@sluice/signature-v4';
import { RootAccessKey } from './root-access-key';
import { SignatureVerifier, type UnreadRequest } from './signature-verifier';

const key = { accessKeyId: 'AKIAEXAMPLEEXAMPLE00', secretAccessKey: 'secret-of-the-example' };
const nowMs = Date.UTC(2026, 10, 22, 12);
const verifier = new SignatureVerifier({ accessKeys: new RootAccessKey(key), nowMs: () => nowMs, randomBytes });
const rules = { services: ['execute-api'] };
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const options = (bodySha256Hex: string): SignOptions => ({
  nowMs,
  region: 'local',
  service: 'execute-api',
  bodySha256Hex,
});

function signed(contentSha256: string, hasBody: boolean, signer = key): UnreadRequest {
  const request = { method: 'POST', target: '/shop/orders', rawHeaders: ['Host', 'h'], hasBody };
  const added = signRequest(request, signer, options(contentSha256));
  return { ...request, rawHeaders: [...request.rawHeaders, ...Object.entries(added).flat()] };
}

/** As curl does: the body is hashed, but its hash is not sent. */
function signedWithoutHash(body: string): UnreadRequest {
  const request = { method: 'POST', target: '/shop/orders', rawHeaders: ['Host', 'h'], hasBody: body !== '' };
  return { ...request, target: presignTarget(request, key, { ...options(sha256(body)), expiresSeconds: 60 }) };
}

const kindOf = (attempt: () => unknown): string => {
  try {
    attempt();
    return 'accepted';
  } catch (error) {
    if (error instanceof SignatureError) return error.kind;
    throw error;
  }
};

test('a request that is not signed is nobody’s', () => {
  const request = { method: 'GET', target: '/', rawHeaders: ['Host', 'h'], hasBody: false };
  expect(verifier.verify(request, rules)).toBeNull();
});

test('a request without a body owes nothing, whether or not the hash of nothing was sent', () => {
  expect(verifier.verify(signed(sha256(''), false), rules)).toMatchObject({ bodyOwes: 'nothing' });
  expect(verifier.verify(signedWithoutHash(''), rules)).toMatchObject({ bodyOwes: 'nothing', presigned: true });
  expect(kindOf(() => verifier.verify(signed(sha256('x'), false), rules))).toBe('payload-mismatch');
});

test('a body is compared with the hash that was signed', () => {
  const request = verifier.verify(signed(sha256('order'), true), rules);
  expect(request?.bodyOwes).toBe('hash');
  expect(kindOf(() => request?.confirmBody(sha256('order')))).toBe('accepted');
  expect(kindOf(() => request?.confirmBody(sha256('Order')))).toBe('payload-mismatch');
});

test('without a hash nothing is proven before the body is there', () => {
  const request = verifier.verify(signedWithoutHash('order'), rules);
  expect(request?.bodyOwes).toBe('signature');
  expect(kindOf(() => request?.confirmBody(sha256('order')))).toBe('accepted');
  expect(kindOf(() => request?.confirmBody(sha256('Order')))).toBe('mismatch');
});

test('a body is left unsigned only where that is allowed', () => {
  const request = signed('UNSIGNED-PAYLOAD', true);
  expect(kindOf(() => verifier.verify(request, rules))).toBe('payload-mismatch');
  expect(verifier.verify(request, { ...rules, allowUnsignedPayload: true })).toMatchObject({ bodyOwes: 'nothing' });
});

test('an unknown key is refused at once and as a wrong secret is, with and without the hash of a body', () => {
  const unknown = { ...key, accessKeyId: 'AKIAUNKNOWNUNKNOWN00' };
  const wrong = { ...key, secretAccessKey: 'another-secret-altogether' };
  for (const signer of [unknown, wrong])
    expect(kindOf(() => verifier.verify(signed(sha256('order'), true, signer), rules))).toBe('mismatch');
  const request = signedWithoutHash('order');
  const target = request.target.replace(key.accessKeyId, unknown.accessKeyId);
  expect(kindOf(() => verifier.verify({ ...request, target }, rules))).toBe('mismatch');
});

test('a session token is refused, saying what to sign with', () => {
  const request = {
    method: 'GET',
    target: '/',
    rawHeaders: ['Host', 'h', 'X-Amz-Security-Token', 't'],
    hasBody: false,
  };
  const added = signRequest(request, key, options(sha256('')));
  const withToken = { ...request, rawHeaders: [...request.rawHeaders, ...Object.entries(added).flat()] };
  expect(() => verifier.verify(withToken, rules)).toThrow(/no temporary credentials here: sign with an access key/);
  const presigned = signedWithoutHash('');
  const target = `${presigned.target}&X-Amz-Security-Token=t`;
  expect(kindOf(() => verifier.verify({ ...presigned, target }, rules))).toBe('session-token');
});

test('two requests have different fingerprints, the same one always the same', () => {
  const fingerprintOf = (body: string) => verifier.verify(signed(sha256(body), true), rules)?.fingerprint;
  expect(fingerprintOf('a')).toMatch(/^[0-9a-f]{64}$/);
  expect(fingerprintOf('a')).toBe(fingerprintOf('a'));
  expect(fingerprintOf('a')).not.toBe(fingerprintOf('b'));
});

test('a signature is good for five minutes, a presigned one as long as it says', () => {
  expect(verifier.verify(signed(sha256(''), false), rules)?.goodUntilMs).toBe(nowMs + 300_000);
  expect(verifier.verify(signedWithoutHash(''), rules)?.goodUntilMs).toBe(nowMs + 60_000);
});
