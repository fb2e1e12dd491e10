import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

export const CHALLENGE_BYTES = 32;

export function newChallenge(): Buffer {
  return randomBytes(CHALLENGE_BYTES);
}

/** Proof that the holder of the link key saw this challenge; `role` keeps one side's proof from being the other's. */
export function prove(linkKey: Buffer, role: 'runner' | 'gateway', challenge: Uint8Array, names: string): Buffer {
  return createHmac('sha256', linkKey).update(role).update('\0').update(names).update('\0').update(challenge).digest();
}

export function proofMatches(expected: Buffer, given: Uint8Array): boolean {
  return expected.length === given.length && timingSafeEqual(expected, given);
}
