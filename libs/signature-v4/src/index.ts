export { type CredentialScope } from './credential-scope';
export { parseAuthorization, type ParsedAuthorization } from './parse-authorization';
export { type AccessKey, presignTarget, type SignOptions, signRequest } from './sign';
export { type SignableRequest } from './signable-request';
export { SignatureError, type SignatureErrorKind } from './signature-error';
export { SigningKeyCache } from './signing-key';
export {
  EMPTY_BODY_SHA256,
  SKEW_MS_DEFAULT,
  UNSIGNED_PAYLOAD,
  verifyBodyHash,
  type VerifyOptions,
  verifySignature,
} from './verify';
