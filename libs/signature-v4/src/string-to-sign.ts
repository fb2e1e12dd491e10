import { hash } from 'node:crypto';
import { type CredentialScope, formatCredentialScope } from './credential-scope';

export const ALGORITHM = 'AWS4-HMAC-SHA256';

/**
 * Step 2 of the specification. Header values arrive as latin1 text, one character a byte (RFC 9112), so hashing them as
 * latin1 hashes the bytes that were on the wire.
 */
export function stringToSign(amzDate: string, scope: CredentialScope, canonicalRequest: string): string {
  const canonicalRequestHash = hash('sha256', Buffer.from(canonicalRequest, 'latin1'), 'hex');
  return `${ALGORITHM}\n${amzDate}\n${formatCredentialScope(scope)}\n${canonicalRequestHash}`;
}
