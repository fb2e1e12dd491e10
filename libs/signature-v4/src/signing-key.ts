import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { type CredentialScope, formatCredentialScope } from './credential-scope';

/** Step 3 of the specification: the secret narrowed to one day, one region and one service, four HMACs deep. */
export function deriveSigningKey(secretAccessKey: string, scope: CredentialScope): Buffer {
  const dateKey = hmacSha256(`AWS4${secretAccessKey}`, scope.date);
  const regionKey = hmacSha256(dateKey, scope.region);
  const serviceKey = hmacSha256(regionKey, scope.service);
  return hmacSha256(serviceKey, 'aws4_request');
}

export function hmacSha256(key: string | Buffer | KeyObject, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

/**
 * Derived keys of the secrets and scopes seen last, at most `entriesMax`; as KeyObjects, with which an HMAC takes a quarter of the
 * time. A caller that verifies unknown access keys with a dummy secret goes through the cache like everybody else, so a hit tells
 * nothing about a key's existence.
 */
export class SigningKeyCache {
  readonly #keys = new Map<string, KeyObject>();

  constructor(private readonly entriesMax = 256) {}

  get size(): number {
    return this.#keys.size;
  }

  get(secretAccessKey: string, scope: CredentialScope): KeyObject {
    const name = `${formatCredentialScope(scope)} ${secretAccessKey}`;
    const known = this.#keys.get(name);
    const key = known ?? createSecretKey(deriveSigningKey(secretAccessKey, scope));
    // A Map keeps insertion order: putting the entry back makes the first one the least recently used.
    this.#keys.delete(name);
    this.#keys.set(name, key);
    if (this.#keys.size > this.entriesMax) {
      const oldest = this.#keys.keys().next();
      if (!oldest.done) this.#keys.delete(oldest.value);
    }
    return key;
  }
}
