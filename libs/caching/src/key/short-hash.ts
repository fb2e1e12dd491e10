import { createHash } from 'node:crypto';

/** 132 bits in 22 letters, digits, `-` and `_`: a name that can stand in a Redis key and in a header. */
export function shortHash(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('base64url').slice(0, 22);
}
