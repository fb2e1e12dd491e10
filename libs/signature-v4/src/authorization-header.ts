import { SignatureError } from './signature-error';
import { ALGORITHM } from './string-to-sign';

/** The three parts that both forms of authorization carry, as text. */
export interface AuthorizationParts {
  readonly credential: string;
  readonly signedHeaders: string;
  readonly signature: string;
}

/**
 * `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`: each part exactly once, in any order, nothing else.
 * Null when the header is of another scheme.
 */
export function parseAuthorizationHeader(value: string): AuthorizationParts | null {
  const scheme = /^\S*/.exec(value)?.[0] ?? '';
  if (!scheme.toUpperCase().startsWith('AWS4-')) return null;
  if (scheme !== ALGORITHM) throw new SignatureError('malformed', `Only ${ALGORITHM} is supported.`);
  const parts = new Map<string, string>();
  for (const part of value.slice(scheme.length).split(',')) {
    const [, name, text] = /^ *(Credential|SignedHeaders|Signature)=(\S+) *$/.exec(part) ?? [];
    if (name === undefined || text === undefined || parts.has(name)) throw malformedHeader();
    parts.set(name, text);
  }
  const [credential, signedHeaders, signature] = ['Credential', 'SignedHeaders', 'Signature'].map((name) =>
    parts.get(name),
  );
  if (credential === undefined || signedHeaders === undefined || signature === undefined) throw malformedHeader();
  return { credential, signedHeaders, signature };
}

export function formatAuthorizationHeader({ credential, signedHeaders, signature }: AuthorizationParts): string {
  return `${ALGORITHM} Credential=${credential}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
}

function malformedHeader(): SignatureError {
  return new SignatureError(
    'malformed',
    'The Authorization header needs Credential, SignedHeaders and Signature, each exactly once.',
  );
}
