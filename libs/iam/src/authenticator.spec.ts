import { randomBytes } from 'node:crypto';
import { signRequest } from '@sluice/signature-v4';
import { Authenticator, type AuthenticationRequest } from './authenticator';
import { RootAccessKey } from './root-access-key';
import { SignatureVerifier } from './signature-verifier';

const credentials = { accessKeyId: 'AKIAEXAMPLEEXAMPLE00', secretAccessKey: 'a:secret/with+everything=é' };
const bodySha256Hex = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
const nowMs = Date.UTC(2026, 10, 22, 12);
const accessKeys = new RootAccessKey(credentials);
const signatures = new SignatureVerifier({ accessKeys, nowMs: () => nowMs, randomBytes });
const authenticator = new Authenticator({ accessKeys, signatures, randomBytes });

function request(...rawHeaders: string[]): AuthenticationRequest {
  return {
    method: 'GET',
    target: '/v1/functions',
    rawHeaders: ['Host', 'localhost', ...rawHeaders],
    hasBody: true,
    bodySha256Hex: async () => bodySha256Hex,
  };
}

function basic(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

const unauthenticated = (requested: AuthenticationRequest) =>
  expect(authenticator.authenticate(requested)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });

test('Basic with id and secret is root, colons and UTF-8 in the secret included', async () => {
  const header = basic(credentials.accessKeyId, credentials.secretAccessKey);
  const root = {
    principal: { kind: 'root', accessKeyId: credentials.accessKeyId, arn: 'arn:aws:iam::000000000000:root' },
    signed: null,
  };
  expect(await authenticator.authenticate(request('authorization', header))).toMatchObject(root);
  expect(await authenticator.authenticate(request('AUTHORIZATION', header.replace('Basic', 'bAsIc')))).toMatchObject(
    root,
  );
});

test.each([
  ['an unknown id', basic('AKIAUNKNOWNUNKNOWN00', credentials.secretAccessKey)],
  ['a wrong secret', basic(credentials.accessKeyId, 'a:secret/with+everything=e')],
  ['an empty secret', basic(credentials.accessKeyId, '')],
  ['nothing in it', basic('', '')],
  ['no colon', `Basic ${Buffer.from('justtext').toString('base64')}`],
  ['no base64', 'Basic %%%'],
  ['another scheme', 'Bearer abc'],
])('Basic with %s is refused', async (_what, header) => {
  await unauthenticated(request('authorization', header));
});

test('an Authorization header that is repeated is refused, also when both are right', async () => {
  const header = basic(credentials.accessKeyId, credentials.secretAccessKey);
  await unauthenticated(request('authorization', header, 'authorization', header));
  await unauthenticated(request('authorization', 'Bearer x', 'authorization', header));
});

test('no credentials are refused with what to send', async () => {
  await expect(authenticator.authenticate(request())).rejects.toThrow(/Send an access key/);
});

function signed(service: string, key: typeof credentials, timeMs = nowMs): AuthenticationRequest {
  const unsigned = request();
  const headers = signRequest(unsigned, key, { service, region: 'anywhere', nowMs: timeMs, bodySha256Hex });
  return { ...unsigned, rawHeaders: [...unsigned.rawHeaders, ...Object.entries(headers).flat()] };
}

test.each(['sluice', 'lambda', 'apigateway', 'execute-api'])('a signature for %s is root', async (service) => {
  expect(await authenticator.authenticate(signed(service, credentials))).toMatchObject({
    principal: { kind: 'root' },
    signed: { service },
  });
});

test.each([
  ['another service', signed('s3', credentials)],
  ['a wrong secret', signed('sluice', { ...credentials, secretAccessKey: 'x' })],
  ['an unknown id', signed('sluice', { ...credentials, accessKeyId: 'AKIAUNKNOWNUNKNOWN00' })],
  ['a clock six minutes off', signed('sluice', credentials, nowMs - 360_000)],
  ['another method', { ...signed('sluice', credentials), method: 'PUT' }],
  ['another path', { ...signed('sluice', credentials), target: '/v1/function' }],
  ['another body', { ...signed('sluice', credentials), bodySha256Hex: async () => '0'.repeat(64) }],
])('a signature with %s is refused', async (_what, refused) => {
  await expect(authenticator.authenticate(refused)).rejects.toMatchObject({ code: 'SIGNATURE_INVALID' });
});

test('an unknown key and a wrong secret read the same', async () => {
  const message = (key: typeof credentials) =>
    authenticator.authenticate(signed('sluice', key)).then(
      () => 'let in',
      (error: Error) => error.message,
    );
  const unknown = await message({ ...credentials, accessKeyId: 'AKIAUNKNOWNUNKNOWN00' });
  expect(await message({ ...credentials, secretAccessKey: 'x' })).toBe(unknown);
  expect(unknown).not.toBe('let in');
});

test('a body is read only for who has a key', async () => {
  let reads = 0;
  const counting = (requested: AuthenticationRequest): AuthenticationRequest => ({
    ...requested,
    bodySha256Hex: async () => {
      reads++;
      return bodySha256Hex;
    },
  });
  const wrong = { ...credentials, secretAccessKey: 'x' };
  await unauthenticated(counting(request('authorization', basic(wrong.accessKeyId, wrong.secretAccessKey))));
  await expect(authenticator.authenticate(counting(signed('sluice', wrong)))).rejects.toThrow();
  const unknown = { ...credentials, accessKeyId: 'AKIAUNKNOWNUNKNOWN00' };
  await expect(authenticator.authenticate(counting(signed('sluice', unknown)))).rejects.toThrow();
  expect(reads).toBe(0);
  await authenticator.authenticate(counting(signed('sluice', credentials)));
  expect(reads).toBe(1);
});
