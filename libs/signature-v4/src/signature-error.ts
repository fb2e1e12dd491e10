/**
 * Why a signature was refused. `message` is public: it never holds a secret, an expected signature or anything that
 * depends on whether the access key exists, so unknown and wrong keys read the same to a caller.
 */
export type SignatureErrorKind =
  | 'malformed'
  | 'wrong-scope'
  | 'unsigned-header'
  | 'skewed'
  | 'expired'
  | 'payload-mismatch'
  | 'mismatch'
  | 'session-token';

export class SignatureError extends Error {
  override readonly name = 'SignatureError';

  constructor(
    readonly kind: SignatureErrorKind,
    message: string,
  ) {
    super(message);
  }
}
