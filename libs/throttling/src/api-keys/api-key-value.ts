import { hash } from 'node:crypto';

/** Characters of a value that may be shown: enough to tell keys apart, too few to guess the rest. */
const PREFIX_LENGTH = 8;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const LETTERS = 52;

/** A new value: 52 letters and digits, about 300 random bits. */
export function newApiKeyValue(randomBytes: (size: number) => Buffer): string {
  let value = '';
  while (value.length < LETTERS) {
    for (const byte of randomBytes(LETTERS)) {
      // The bytes that would make the first letters likelier than the others are left out.
      if (byte < 256 - (256 % ALPHABET.length) && value.length < LETTERS)
        value += ALPHABET.charAt(byte % ALPHABET.length);
    }
  }
  return value;
}

/** What is stored of a value. A value is random, so one SHA-256 keeps it; it needs no slow hash. */
export function fingerprintOf(value: string): { readonly sha256: string; readonly prefix: string } {
  return { sha256: hash('sha256', value, 'hex'), prefix: value.slice(0, PREFIX_LENGTH) };
}
