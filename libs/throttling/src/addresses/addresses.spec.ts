import { AddressRules, clientNetwork } from './address-rules';
import { ClientBuckets } from './client-buckets';

describe('allow and deny lists', () => {
  test.each([
    ['203.0.113.9', true],
    ['203.0.113.66', false],
    ['198.51.100.1', false],
    ['::ffff:203.0.113.9', true],
    ['2001:db8:1::1', true],
    ['2001:db8:2::1', false],
    ['', false],
  ])('%s against both lists: %s', (address, admitted) => {
    const rules = new AddressRules({ allow: ['203.0.113.0/24', '2001:db8:1::/48'], deny: ['203.0.113.64/28'] });
    expect(rules.admits(address)).toBe(admitted);
  });

  test('without an allow list everybody may come in who is not denied', () => {
    const rules = new AddressRules({ deny: ['10.0.0.0/8'] });
    expect(rules.admits('192.0.2.1')).toBe(true);
    expect(rules.admits('10.255.0.1')).toBe(false);
    expect(rules.admits('')).toBe(true);
  });

  test('an empty allow list lets nobody in', () => {
    expect(new AddressRules({ allow: [] }).admits('192.0.2.1')).toBe(false);
  });
});

test.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:0:1:2:3:4:5', '20010db8.00000001/64'],
  ['2001:db8:0:1:ffff::9', '20010db8.00000001/64'],
  ['2001:db8:0:2::9', '20010db8.00000002/64'],
  ['::1', '00000000.00000000/64'],
])('the client %s is counted as %s', (address, network) => {
  expect(clientNetwork(address)).toBe(network);
});

describe('buckets of clients', () => {
  const limits = { rate: 1, burst: 2 };

  test('all addresses of one /64 share a bucket; stages do not', () => {
    const clients = new ClientBuckets();
    const one = clients.of('shop', '$default', '2001:db8::1', limits);
    expect(clients.of('shop', '$default', '2001:db8::ffff:2', limits)).toBe(one);
    expect(clients.of('shop', 'beta', '2001:db8::1', limits)).not.toBe(one);
    expect(clients.of('shop', '$default', '2001:db8:0:1::1', limits)).not.toBe(one);
  });

  test('go on where the same limits are declared anew, and begin anew with other limits', () => {
    const clients = new ClientBuckets();
    const one = clients.of('shop', '$default', '192.0.2.1', limits);
    expect(clients.of('shop', '$default', '192.0.2.1', { ...limits })).toBe(one);
    expect(clients.of('shop', '$default', '192.0.2.1', { ...limits, burst: 3 })).not.toBe(one);
    expect(clients.of('shop', '$default', '192.0.2.1', limits)).toBe(one);
  });

  test('are bounded: the longest quiet client is forgotten first', () => {
    const clients = new ClientBuckets(3);
    const address = (last: number): string => `192.0.2.${last}`;
    const [first, second] = [1, 2, 3].map((last) => clients.of('a', 's', address(last), limits));
    clients.of('a', 's', address(1), limits);
    clients.of('a', 's', address(4), limits);
    expect(clients.size).toBe(3);
    expect(clients.of('a', 's', address(1), limits)).toBe(first);
    expect(clients.of('a', 's', address(2), limits)).not.toBe(second);
  });
});
