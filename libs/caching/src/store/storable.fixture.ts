import { shortHash } from '../key/short-hash';
import { slotOf, type CacheSlot, type StorableResponse } from './stored-response';

/** An answer as tests need one. */
export function storable(change: Partial<StorableResponse> & { readonly text?: string } = {}): StorableResponse {
  const { text = 'answer', ...rest } = change;
  return {
    status: 200,
    headers: ['content-type', 'text/plain'],
    body: Buffer.from(text),
    etag: '',
    lastModified: '',
    ageMs: 0,
    freshMs: 60_000,
    staleMs: 0,
    tags: [],
    ...rest,
  };
}

export function testSlot(key: string, path = '/'): CacheSlot {
  return slotOf(key, shortHash(path), {
    api: 'shop',
    stage: '$default',
    route: 'GET /',
  });
}
