import { createHash } from 'node:crypto';
import {
  EMPTY_BODY_SHA256,
  parseAuthorization,
  SignatureError,
  SigningKeyCache,
  SKEW_MS_DEFAULT,
  UNSIGNED_PAYLOAD,
  verifyBodyHash,
  verifySignature,
  type ParsedAuthorization,
  type SignableRequest,
} from '@sluice/signature-v4';
import { type AccessKey, type AccessKeySource } from './access-key';

/** A request as it came in: nothing decoded, its body not read. */
export interface UnreadRequest extends SignableRequest {
  /** Whether a body is announced. */
  readonly hasBody: boolean;
}

export interface SignatureRules {
  /** Service names a signature may be for; any region is accepted. */
  readonly services: readonly string[];
  /** `x-amz-content-sha256: UNSIGNED-PAYLOAD` is accepted: the signature then says nothing about the body. */
  readonly allowUnsignedPayload?: boolean;
}

/**
 * Verifies AWS Signature Version 4 (header or presigned URL) before the body is read: from the signed `x-amz-content-sha256` where
 * there is one, and at once where there is no body.
 *
 * An unknown access key costs the same work and reads the same as a wrong secret: it is checked against a secret that nobody has.
 * Only who has a key gets a body read.
 */
export class SignatureVerifier {
  private readonly nobodysSecret: string;
  private readonly signingKeys = new SigningKeyCache();

  constructor(
    private readonly options: {
      readonly accessKeys: AccessKeySource;
      readonly nowMs: () => number;
      readonly randomBytes: (size: number) => Buffer;
    },
  ) {
    this.nobodysSecret = options.randomBytes(30).toString('base64url');
  }

  /** Null when the request is not signed. @throws SignatureError */
  verify(request: UnreadRequest, rules: SignatureRules): SignedRequest | null {
    const authorization = parseAuthorization(request);
    if (authorization === null) return null;
    if (authorization.hasSessionToken) {
      throw new SignatureError(
        'session-token',
        'There are no temporary credentials here: sign with an access key of a user, without X-Amz-Security-Token.',
      );
    }
    const found = this.options.accessKeys.find(authorization.accessKeyId);
    const check = (bodySha256Hex: string | null): void =>
      verifySignature(request, authorization, found?.secretAccessKey ?? this.nobodysSecret, bodySha256Hex, {
        ...rules,
        nowMs: this.options.nowMs(),
        signingKeys: this.signingKeys,
      });
    const bodySha256Hex = request.hasBody ? null : EMPTY_BODY_SHA256;
    if (found !== null && bodySha256Hex === null && authorization.contentSha256 === null)
      return new SignedRequest(found, authorization, check, 'signature');
    // Whatever the body of who has no key is: no hash makes its signature right.
    check(bodySha256Hex ?? (authorization.contentSha256 === null ? EMPTY_BODY_SHA256 : null));
    if (found === null) throw new SignatureError('mismatch', 'The access key is unknown.');
    const isOpen = bodySha256Hex === null && authorization.contentSha256 !== UNSIGNED_PAYLOAD;
    return new SignedRequest(found, authorization, check, isOpen ? 'hash' : 'nothing');
  }
}

/** A request whose signature is good, or will be if its body is the one that was signed. */
export class SignedRequest {
  constructor(
    readonly accessKey: AccessKey,
    private readonly authorization: ParsedAuthorization,
    private readonly check: (bodySha256Hex: string) => void,
    /**
     * What only the body can prove. `hash`: the signature is good, and the body must be compared before anything acts on it.
     * `signature`: nothing is proven yet.
     */
    readonly bodyOwes: 'nothing' | 'hash' | 'signature',
  ) {}

  get presigned(): boolean {
    return this.authorization.presigned;
  }

  /** `sluice`, `execute-api` …, as signed for. */
  get service(): string {
    return this.authorization.scope.service;
  }

  /** When the signature stops being good. */
  get goodUntilMs(): number {
    const { amzDateMs, expiresSeconds } = this.authorization;
    return amzDateMs + (expiresSeconds === null ? SKEW_MS_DEFAULT : expiresSeconds * 1_000);
  }

  /** Names this very signature, and is no help in using it. */
  get fingerprint(): string {
    return createHash('sha256').update(this.authorization.signature).digest('hex');
  }

  /** @throws SignatureError when the body is another one than was signed */
  confirmBody(bodySha256Hex: string): void {
    if (this.bodyOwes === 'signature') this.check(bodySha256Hex);
    else if (this.bodyOwes === 'hash') verifyBodyHash(this.authorization, bodySha256Hex);
  }
}
