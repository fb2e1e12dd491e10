import { createHash, timingSafeEqual } from 'node:crypto';
import { SluiceError } from '@sluice/contracts';
import {
  parseAuthorization,
  SignatureError,
  SigningKeyCache,
  verifyBodyHash,
  verifySignature,
} from '@sluice/signature-v4';
import { type AccessKey, type AccessKeySource } from './access-key';
import { type Principal } from './principal';

/** A request as it came in: nothing decoded, and its body known by its hash, for which it is read only when that is needed. */
export interface AuthenticationRequest {
  readonly method: string;
  readonly target: string;
  /** Names and values alternating, as `http.IncomingMessage.rawHeaders`. */
  readonly rawHeaders: readonly string[];
  readonly bodySha256Hex: () => Promise<string>;
}

/** The service names AWS clients sign with for what Sluice offers; any region is accepted. */
export const SIGNING_SERVICES = ['sluice', 'lambda', 'apigateway', 'execute-api'] as const;

/**
 * Finds out who makes a request: AWS Signature Version 4 (header or presigned URL), or HTTP Basic (RFC 7617) with the access
 * key id as user and the secret as password.
 *
 * An unknown access key costs the same work and reads the same as a wrong secret: both are checked against a secret, for an
 * unknown key one that nobody has.
 */
export class Authenticator {
  private readonly accessKeys: AccessKeySource;
  private readonly nowMs: () => number;
  private readonly nobody: AccessKey;
  private readonly signingKeys = new SigningKeyCache();

  constructor(options: {
    readonly accessKeys: AccessKeySource;
    readonly nowMs: () => number;
    readonly randomBytes: (size: number) => Buffer;
  }) {
    this.accessKeys = options.accessKeys;
    this.nowMs = options.nowMs;
    this.nobody = {
      accessKeyId: '',
      secretAccessKey: options.randomBytes(30).toString('base64url'),
      principal: { kind: 'root', accessKeyId: '', arn: '' },
    };
  }

  /** @throws SluiceError UNAUTHENTICATED (no or wrong Basic credentials) · SIGNATURE_INVALID */
  async authenticate(request: AuthenticationRequest): Promise<Principal> {
    const basic = basicCredentials(request.rawHeaders);
    return basic === null ? this.bySignature(request) : this.byPassword(basic.user, basic.password);
  }

  private async byPassword(accessKeyId: string, secret: string): Promise<Principal> {
    const found = await this.accessKeys.find(accessKeyId);
    const matches = equalInConstantTime(secret, (found ?? this.nobody).secretAccessKey);
    if (found === null || !matches) throw unauthenticated('The access key id is unknown or its secret is wrong.');
    return found.principal;
  }

  private async bySignature(request: AuthenticationRequest): Promise<Principal> {
    try {
      const authorization = parseAuthorization(request);
      if (authorization === null) throw unauthenticated(NO_CREDENTIALS);
      const found = await this.accessKeys.find(authorization.accessKeyId);
      const { secretAccessKey } = found ?? this.nobody;
      const options = { nowMs: this.nowMs(), services: SIGNING_SERVICES, signingKeys: this.signingKeys };
      if (authorization.contentSha256 === null) {
        verifySignature(request, authorization, secretAccessKey, await request.bodySha256Hex(), options);
      } else {
        // The signature covers the hash that was sent: nobody without a key gets a body read.
        verifySignature(request, authorization, secretAccessKey, null, options);
        verifyBodyHash(authorization, await request.bodySha256Hex());
      }
      if (found === null) throw new SignatureError('mismatch', 'The access key is unknown.');
      return found.principal;
    } catch (error) {
      if (error instanceof SignatureError) {
        throw new SluiceError('SIGNATURE_INVALID', error.message, { cause: error });
      }
      throw error;
    }
  }
}

const NO_CREDENTIALS =
  'Send an access key: HTTP Basic (curl --user ID:SECRET) or an AWS Signature Version 4 (curl --aws-sigv4).';

/** Credentials of a Basic `Authorization`, or null when there is none of that scheme. */
function basicCredentials(rawHeaders: readonly string[]): { user: string; password: string } | null {
  const values: string[] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    if (rawHeaders[i]?.toLowerCase() === 'authorization') values.push(rawHeaders[i + 1] ?? '');
  }
  const encoded = values.map((value) => /^basic +([A-Za-z0-9+/]+={0,2})$/i.exec(value)?.[1]).find(Boolean);
  if (encoded === undefined) return null;
  if (values.length > 1) throw unauthenticated('The Authorization header is repeated.');
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) throw unauthenticated('Basic credentials must be ID:SECRET.');
  return { user: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** Hashes first, so that neither length nor content changes how long it takes. */
function equalInConstantTime(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest());
}

function unauthenticated(message: string): SluiceError {
  return new SluiceError('UNAUTHENTICATED', message);
}
