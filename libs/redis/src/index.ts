export { closeRedis, connectRedis, duplicateForBlocking, type ConnectOptions, type Redis } from './connection';
export { Lease, type LeaseOptions } from './lease';
export { LuaScript, type LuaArgument } from './lua-script';
export { RedisKeys } from './redis-keys';
export { RedisRoles, type RedisRole } from './redis-roles';
export { parseRedisUrl, withoutPassword } from './redis-url';
export { assertOneSlot, slotOf } from './slot';
export { StoreAway, StoreCircuit } from './store-circuit';
