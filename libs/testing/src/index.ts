export { FakeClock } from './fake-clock';
export { freePort } from './free-port';
export { startPlatform, type StartedPlatform, type StartPlatformOptions } from './start-platform';
export { startTestRedis, type TestRedis } from './test-redis';
export { waitFor } from './wait-for';
