import { type ApiKeyRecord } from '@sluice/contracts';

/** What may be seen of a key: never its fingerprint. */
export function viewOfKey({ schema: _schema, sha256: _sha256, previous, ...shown }: ApiKeyRecord): object {
  return { ...shown, ...(previous === undefined ? {} : { previousValueAcceptedUntil: previous.acceptedUntil }) };
}
