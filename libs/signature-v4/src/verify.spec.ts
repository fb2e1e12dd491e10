import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAuthorization } from './parse-authorization';
import { type SignableRequest } from './signable-request';
import { SigningKeyCache } from './signing-key';
import { presignTarget, signRequest } from './sign';
import { verifyBodyHash, type VerifyOptions, verifySignature } from './verify';

interface RecordedRequest extends SignableRequest {
  readonly body: string;
}
interface AwsSuites {
  readonly secretAccessKey: string;
  readonly suites: { name: string; normalizePath: boolean; header: RecordedRequest; query: RecordedRequest }[];
}

const aws = fixture<AwsSuites>('aws-signing-test-suite.json');
const curl = fixture<{ secretAccessKey: string; requests: RecordedRequest[] }>('curl-7.88.1.json');
const awsOptions = { nowMs: Date.UTC(2015, 7, 30, 12, 36), services: ['service'] };
const secretAccessKey = aws.secretAccessKey;

describe("AWS's published suites", () => {
  // Their token is added after signing; here every x-amz-* header and every query parameter must be signed.
  const unsignedToken = 'post-sts-header-after';
  const all = aws.suites.flatMap(({ name, normalizePath, header, query }) => [
    { name: `${name}, header form`, normalizePath, request: header },
    { name: `${name}, query form`, normalizePath, request: query },
  ]);

  test.each(all.filter(({ name }) => !name.startsWith(unsignedToken)))(
    '$name is accepted',
    ({ request, normalizePath }) => {
      expect(() => verify(request, { ...awsOptions, normalizePath })).not.toThrow();
    },
  );

  test.each(all.filter(({ name }) => name.startsWith(unsignedToken)))('$name is refused', ({ request }) => {
    expect(() => verify(request, awsOptions)).toThrow(expect.objectContaining({ name: 'SignatureError' }) as Error);
  });

  test('no request is accepted with any one byte changed', () => {
    const accepted: string[] = [];
    let tried = 0;
    for (const { name, request } of all) {
      for (const { what, mutant } of oneByteMutants(request)) {
        tried++;
        if (accepts(mutant, awsOptions)) accepted.push(`${name}: ${what}`);
      }
    }
    expect(accepted).toEqual([]);
    expect(tried).toBeGreaterThan(10_000);
  });
});

describe('curl --aws-sigv4, which escapes the path once and does not sort the query', () => {
  test.each(curl.requests)('$method $target is accepted', (request) => {
    expect(() => verify(request, curlOptions(request))).not.toThrow();
  });

  test('no request is accepted with any one byte changed', () => {
    const accepted = curl.requests.flatMap((request) =>
      oneByteMutants(request)
        .filter(({ mutant }) => accepts(mutant, curlOptions(request)))
        .map(({ what }) => `${request.method} ${request.target}: ${what}`),
    );
    expect(accepted).toEqual([]);
  });

  function curlOptions(request: SignableRequest): VerifyOptions {
    return { nowMs: parseAuthorization(request)?.amzDateMs ?? 0, services: ['sluice'] };
  }
});

describe('time, scope and body', () => {
  const signedAtMs = Date.UTC(2026, 0, 31, 23, 59, 30);
  const options = { nowMs: signedAtMs, services: ['sluice', 'lambda'] };
  const accessKey = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey };

  function signed(body: string, service = 'sluice', contentSha256 = sha256(body)): RecordedRequest {
    const request = { method: 'POST', target: '/v1/functions', rawHeaders: ['host', 'h'] };
    const added = signRequest(request, accessKey, {
      nowMs: signedAtMs,
      region: 'anywhere-1',
      service,
      bodySha256Hex: contentSha256,
    });
    return { ...request, rawHeaders: [...request.rawHeaders, ...Object.entries(added).flat()], body };
  }

  function presigned(expiresSeconds: number): RecordedRequest {
    const request = { method: 'GET', target: '/v1/functions', rawHeaders: ['host', 'h'] };
    const common = { nowMs: signedAtMs, region: 'r', service: 'sluice', bodySha256Hex: sha256('') };
    return { ...request, target: presignTarget(request, accessKey, { ...common, expiresSeconds }), body: '' };
  }

  test('a signature holds for five minutes either way, over midnight too', () => {
    for (const minutes of [-5, 0, 5]) {
      expect(() => verify(signed('x'), { ...options, nowMs: signedAtMs + minutes * 60_000 })).not.toThrow();
    }
    for (const offsetMs of [-300_001, 300_001]) {
      expect(() => verify(signed('x'), { ...options, nowMs: signedAtMs + offsetMs })).toThrow(
        expect.objectContaining({ kind: 'skewed' }) as Error,
      );
    }
  });

  test('a presigned URL holds until it expires and not before it was made', () => {
    expect(() => verify(presigned(3600), { ...options, nowMs: signedAtMs + 3_599_999 })).not.toThrow();
    expect(() => verify(presigned(3600), { ...options, nowMs: signedAtMs + 3_600_000 })).toThrow(
      expect.objectContaining({ kind: 'expired' }) as Error,
    );
    expect(() => verify(presigned(3600), { ...options, nowMs: signedAtMs - 300_001 })).toThrow(
      expect.objectContaining({ kind: 'skewed' }) as Error,
    );
  });

  test('any region is accepted, but only the services of the caller', () => {
    expect(() => verify(signed('x', 'lambda'), options)).not.toThrow();
    expect(() => verify(signed('x', 's3'), options)).toThrow(expect.objectContaining({ kind: 'wrong-scope' }) as Error);
  });

  test('the body must be the one that was hashed', () => {
    expect(() => verify({ ...signed('x'), body: 'y' }, options)).toThrow(
      expect.objectContaining({ kind: 'payload-mismatch' }) as Error,
    );
  });

  test('a signature can be verified before the body is read, and the body compared afterwards', () => {
    const request = signed('x');
    const authorization = parse(request);
    expect(() => verifySignature(request, authorization, secretAccessKey, null, options)).not.toThrow();
    expect(() => verifyBodyHash(authorization, sha256('x'))).not.toThrow();
    expect(() => verifyBodyHash(authorization, sha256('y'))).toThrow(
      expect.objectContaining({ kind: 'payload-mismatch' }) as Error,
    );
  });

  test('a body is left unsigned only where that is allowed', () => {
    const request = signed('x', 'sluice', 'UNSIGNED-PAYLOAD');
    expect(() => verify(request, options)).toThrow(expect.objectContaining({ kind: 'payload-mismatch' }) as Error);
    expect(() => verify(request, { ...options, allowUnsignedPayload: true })).not.toThrow();
    expect(() =>
      verify(signed('x', 'sluice', 'STREAMING-UNSIGNED-PAYLOAD-TRAILER'), { ...options, allowUnsignedPayload: true }),
    ).toThrow(expect.objectContaining({ kind: 'payload-mismatch' }) as Error);
  });

  test('a wrong secret is refused with the same words as any other mismatch, with and without cached keys', () => {
    const signingKeys = new SigningKeyCache();
    for (let i = 0; i < 2; i++) {
      expect(() => verify(signed('x'), { ...options, signingKeys })).not.toThrow();
      expect(() => verify(signed('x'), { ...options, signingKeys }, 'dummy')).toThrow(
        'The access key is unknown, or the signature does not match the request.',
      );
    }
  });

  test('a signature for a path is not one for the path that its escaped form spells', () => {
    const request = { ...signed('x'), target: '/v1/functions/a%3Ab' };
    const added = signRequest({ ...request, rawHeaders: ['host', 'h'] }, accessKey, {
      nowMs: signedAtMs,
      region: 'r',
      service: 'sluice',
      bodySha256Hex: sha256('x'),
    });
    const rawHeaders = ['host', 'h', ...Object.entries(added).flat()];
    expect(accepts({ ...request, rawHeaders }, options)).toBe(true);
    expect(accepts({ ...request, rawHeaders, target: '/v1/functions/a%253Ab' }, options)).toBe(false);
  });
});

function verify(request: RecordedRequest, options: VerifyOptions, secret = secretAccessKey): void {
  verifySignature(request, parse(request), secret, sha256(request.body), options);
}

function parse(request: SignableRequest) {
  const authorization = parseAuthorization(request);
  if (!authorization) throw new Error('the request is not signed');
  return authorization;
}

/** As a gateway does: an access key id that is not known is verified with a dummy secret. */
function accepts(request: RecordedRequest, options: VerifyOptions): boolean {
  try {
    verify(request, options, parse(request).accessKeyId === 'AKIDEXAMPLE' ? secretAccessKey : 'dummy');
    return true;
  } catch {
    return false;
  }
}

/** Each byte of method, target, each signed header and Authorization, and body, replaced in two ways. */
function oneByteMutants(request: RecordedRequest): { what: string; mutant: RecordedRequest }[] {
  const signed = new Set(['authorization', ...(parseAuthorizationOrNull(request)?.signedHeaders ?? [])]);
  const mutants = [
    ...changed(request.method).map((method) => ({ what: `method ${method}`, mutant: { ...request, method } })),
    ...changed(request.target).map((target) => ({ what: `target ${target}`, mutant: { ...request, target } })),
    ...changed(`${request.body}`).map((body) => ({ what: `body ${body}`, mutant: { ...request, body } })),
    { what: 'longer body', mutant: { ...request, body: `${request.body} ` } },
  ];
  request.rawHeaders.forEach((value, i) => {
    const name = request.rawHeaders[i - 1]?.toLowerCase() ?? '';
    if (i % 2 === 0 || !signed.has(name)) return;
    for (const text of changed(value)) {
      mutants.push({ what: `${name} ${text}`, mutant: { ...request, rawHeaders: request.rawHeaders.with(i, text) } });
    }
  });
  return mutants;
}

function parseAuthorizationOrNull(request: SignableRequest) {
  try {
    return parseAuthorization(request);
  } catch {
    return null;
  }
}

function changed(text: string): string[] {
  return Array.from(text).flatMap((_, i) =>
    [1, 0x20].map((bits) => {
      const byte = String.fromCharCode(text.charCodeAt(i) ^ bits);
      return text.slice(0, i) + byte + text.slice(i + 1);
    }),
  );
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function fixture<T>(name: string): T {
  return JSON.parse(readFileSync(join(__dirname, '../fixtures', name), 'utf8')) as T;
}
