import { createHash } from 'node:crypto';
import { parseAuthorization } from './parse-authorization';
import { presignTarget, signRequest } from './sign';
import { type SignableRequest } from './signable-request';
import { verifySignature } from './verify';

const accessKey = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' };
const nowMs = Date.UTC(2015, 7, 30, 12, 36);
const bodySha256Hex = createHash('sha256').update('{}').digest('hex');
const options = { nowMs, region: 'us-east-1', service: 'sluice', bodySha256Hex };
const request: SignableRequest = {
  method: 'POST',
  target: '/v1/functions/a:b%20c/invocations?z=1&a=%2F&a=*',
  rawHeaders: ['Host', '127.0.0.1:8081', 'Content-Type', 'application/json', 'X-Amz-Client-Context', 'x'],
};

function verify(signed: SignableRequest): void {
  const authorization = parseAuthorization(signed);
  if (!authorization) throw new Error('the request is not signed');
  verifySignature(signed, authorization, accessKey.secretAccessKey, bodySha256Hex, { nowMs, services: ['sluice'] });
}

test('a request that was signed here is accepted here', () => {
  const added = signRequest(request, accessKey, options);
  expect(added.authorization).toContain(
    'SignedHeaders=content-type;host;x-amz-client-context;x-amz-content-sha256;x-amz-date',
  );
  expect(() =>
    verify({ ...request, rawHeaders: [...request.rawHeaders, ...Object.entries(added).flat()] }),
  ).not.toThrow();
});

test('a URL that was presigned here is accepted here', () => {
  const target = presignTarget(request, accessKey, { ...options, expiresSeconds: 60 });
  expect(target.startsWith(`${request.target}&X-Amz-Algorithm=`)).toBe(true);
  expect(() => verify({ ...request, target })).not.toThrow();
  expect(() => verify({ ...request, target: target.replace('z=1', 'z=2') })).toThrow(
    expect.objectContaining({ kind: 'mismatch' }) as Error,
  );
});

test('a URL cannot be presigned for longer than a week', () => {
  expect(() => presignTarget(request, accessKey, { ...options, expiresSeconds: 604_801 })).toThrow(RangeError);
});
