import { createHash } from 'node:crypto';

/** An entity tag that changes with every change of a record. */
export function recordTag(record: object): string {
  return createHash('sha256').update(JSON.stringify(record)).digest('hex').slice(0, 16);
}
