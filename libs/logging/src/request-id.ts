import { randomUUID } from 'node:crypto';

/** A request id: UUID version 4, unguessable, about 0.1 µs. */
export function newRequestId(): string {
  return randomUUID();
}
