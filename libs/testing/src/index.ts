export { FakeClock } from './fake-clock';
export { freePort } from './free-port';
export { startTestRedis, type TestRedis } from './test-redis';
export { waitFor } from './wait-for';
