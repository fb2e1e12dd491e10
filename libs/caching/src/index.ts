export { NO_FLUSHES, withFlush } from './flushes';
export { type Flight } from './flight';
export { CacheKeyPlan, groupOf, hostnameOf } from './key/cache-key';
export { shortHash } from './key/short-hash';
export { ResponseCache } from './response-cache';
export { parseCacheControl } from './rules/cache-control';
export { isNotModified, notModifiedHeaders } from './rules/preconditions';
export { storabilityOf, type NotStored } from './rules/storability';
export { etagOf, slotOf, StoredResponse, type CacheSlot, type StorableResponse } from './store/stored-response';
