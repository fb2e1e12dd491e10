import { countOf, never, ThrottledGateways } from './throttled-gateways.fixture';

let platform: ThrottledGateways;

beforeAll(async () => {
  platform = await ThrottledGateways.start(2, { TRUSTED_PROXIES: '1' });
});
afterAll(() => platform.stop());

describe('clients', () => {
  test('a thousand requests with an X-Forwarded-For each time another are one client', async () => {
    const api = await platform.exposeApi({ clientAddresses: { throttle: never(20) } });
    const path = `/${api}/x`;
    // The proxy in front appends the address it sees; whatever stands before that is the client's own invention.
    const forged = (at: number): Record<string, string> => ({
      'x-forwarded-for': `${at % 256}.${at >> 8}.9.9, 2001:db8::${at.toString(16)}, 198.51.100.7`,
    });
    const answers = await Promise.all(
      Array.from({ length: 1_000 }, (_, at) => platform.call(path, forged(at), at % 2)),
    );
    expect([countOf(answers, 200), countOf(answers, 429)]).toEqual([20, 980]);
    expect((await platform.call(path, { 'x-forwarded-for': '198.51.100.8' })).status).toBe(200);
  });

  test('addresses of one IPv6 /64 are one client', async () => {
    const api = await platform.exposeApi({ clientAddresses: { throttle: never(5) } });
    const from = (address: string) => platform.call(`/${api}/x`, { 'x-forwarded-for': address });
    const answers = await Promise.all(Array.from({ length: 20 }, (_, at) => from(`2001:db8:0:7::${at + 1}`)));
    expect(countOf(answers, 200)).toBe(5);
    expect((await from('2001:db8:0:8::1')).status).toBe(200);
  });

  test('lists keep addresses out before anything else is asked', async () => {
    const api = await platform.exposeApi({ clientAddresses: { allow: ['203.0.113.0/24'], deny: ['203.0.113.66'] } });
    const from = (address: string) => platform.call(`/${api}/x`, { 'x-forwarded-for': address });
    expect((await from('203.0.113.1')).status).toBe(200);
    for (const address of ['203.0.113.66', '198.51.100.1']) {
      const refused = await from(address);
      expect([refused.status, refused.body]).toEqual([403, '{"message":"Forbidden"}']);
      expect(refused.headers['x-sluice-error']).toBe('ADDRESS_REFUSED');
    }
  });
});
