export { isFlushed, NO_FLUSHES, withFlush } from './flushes';
export { type Flight } from './flight';
export { CacheKeyPlan, hostnameOf, type CacheKeyOptions, type CacheScope, type KeyedRequest } from './key/cache-key';
export { ResponseCache, type ResponseCacheOptions, type Turn } from './response-cache';
export { parseCacheControl, type CacheControl } from './rules/cache-control';
export { isNotModified, notModifiedHeaders } from './rules/preconditions';
export { storabilityOf, type NotStored, type Storability, type StorabilityQuestion } from './rules/storability';
export { etagOf, slotOf, StoredResponse, type CacheSlot, type StorableResponse } from './store/stored-response';
