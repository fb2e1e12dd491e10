import { hash } from 'node:crypto';

/** 132 bits in 22 letters, digits, `-` and `_`: a name that can stand in a Redis key and in a header. */
export function shortHash(data: string | Buffer): string {
  return hash('sha256', data, 'base64url').slice(0, 22);
}
