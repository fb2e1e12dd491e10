import { createHash, timingSafeEqual } from 'node:crypto';
import { SluiceError } from '@sluice/contracts';
import { SignatureError } from '@sluice/signature-v4';
import { type AccessKeySource } from './access-key';
import { type Principal } from './principal';
import { type SignatureVerifier, type SignedRequest, type UnreadRequest } from './signature-verifier';

/** A request as it came in: nothing decoded, and its body known by its hash, for which it is read only when that is needed. */
export interface AuthenticationRequest extends UnreadRequest {
  readonly bodySha256Hex: () => Promise<string>;
}

export interface Authentication {
  readonly principal: Principal;
  /** null = by password. */
  readonly signed: SignedRequest | null;
}

/** The service names AWS clients sign with for what Sluice offers; any region is accepted. */
export const SIGNING_SERVICES = ['sluice', 'lambda', 'apigateway', 'execute-api'] as const;

/**
 * Finds out who makes a request of the control plane: AWS Signature Version 4 (header or presigned URL), or HTTP Basic (RFC 7617)
 * with the access key id as user and the secret as password.
 */
export class Authenticator {
  private readonly nobodysSecret: string;

  constructor(
    private readonly options: {
      readonly accessKeys: AccessKeySource;
      readonly signatures: SignatureVerifier;
      readonly randomBytes: (size: number) => Buffer;
    },
  ) {
    this.nobodysSecret = options.randomBytes(30).toString('base64url');
  }

  /** @throws SluiceError UNAUTHENTICATED (no or wrong Basic credentials) · SIGNATURE_INVALID */
  async authenticate(request: AuthenticationRequest): Promise<Authentication> {
    const basic = basicCredentials(request.rawHeaders);
    if (basic !== null) return { principal: this.byPassword(basic.user, basic.password), signed: null };
    try {
      const signed = this.options.signatures.verify(request, { services: SIGNING_SERVICES });
      if (signed === null) throw unauthenticated(NO_CREDENTIALS);
      if (signed.bodyOwes !== 'nothing') signed.confirmBody(await request.bodySha256Hex());
      return { principal: signed.accessKey.principal, signed };
    } catch (error) {
      if (error instanceof SignatureError) {
        throw new SluiceError('SIGNATURE_INVALID', error.message, { cause: error });
      }
      throw error;
    }
  }

  private byPassword(accessKeyId: string, secret: string): Principal {
    const found = this.options.accessKeys.find(accessKeyId);
    const matches = equalInConstantTime(secret, found?.secretAccessKey ?? this.nobodysSecret);
    if (found === null || !matches) throw unauthenticated('The access key id is unknown or its secret is wrong.');
    return found.principal;
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
