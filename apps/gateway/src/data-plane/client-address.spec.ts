import { parseAddressBlock } from '@sluice/contracts';
import { clientAddress } from './client-address';

const peer = '10.0.0.9';

test('without trusted proxies nothing in X-Forwarded-For counts', () => {
  expect(clientAddress({ kind: 'none' })(peer, '203.0.113.1')).toBe(peer);
});

test.each([
  [1, '198.51.100.7', '198.51.100.7'],
  [1, '1.1.1.1, 198.51.100.7', '198.51.100.7'],
  [2, '1.1.1.1, 198.51.100.7, 10.0.0.8', '198.51.100.7'],
  [2, '198.51.100.7', peer],
  [1, '', peer],
  [1, '1.1.1.1, ', peer],
  [1, 'unknown', peer],
  [1, '198.51.100.7:4711', '198.51.100.7'],
  [1, '[2001:db8::7]:4711', '2001:db8::7'],
  [1, '::ffff:198.51.100.7', '198.51.100.7'],
])('behind %i proxies "%s" is the client %s', (proxies, forwardedFor, expected) => {
  expect(clientAddress({ kind: 'count', proxies })(peer, forwardedFor)).toBe(expected);
});

const blocks = ['10.0.0.0/8', '2001:db8:a::/48'].flatMap((text) => parseAddressBlock(text) ?? []);

test.each([
  [peer, '198.51.100.7', '198.51.100.7'],
  [peer, '1.1.1.1, 198.51.100.7, 10.0.0.8', '198.51.100.7'],
  [peer, '198.51.100.7, 2001:db8:a::1', '198.51.100.7'],
  ['::ffff:10.0.0.9', '198.51.100.7', '198.51.100.7'],
  // Whoever is no proxy of ours may claim what he likes.
  ['203.0.113.5', '198.51.100.7', '203.0.113.5'],
  [peer, '', peer],
  [peer, '10.0.0.7, 10.0.0.8', '10.0.0.7'],
  [peer, '198.51.100.7, <script>, 10.0.0.8', '10.0.0.8'],
])(
  'behind proxies with known addresses a request from %s for "%s" is of the client %s',
  (from, forwardedFor, expected) => {
    expect(clientAddress({ kind: 'blocks', blocks })(from, forwardedFor)).toBe(expected);
  },
);

test('whatever a client writes in front, a proxy decides who it is', () => {
  const seen = new Set<string>();
  for (let random = 0; random < 1_000; random++) {
    const claimed = `${random % 223}.${random % 251}.${random % 7}.1, 10.1.1.${random % 250}`;
    seen.add(clientAddress({ kind: 'blocks', blocks })(peer, `${claimed}, 198.51.100.7, 10.0.0.8`));
    seen.add(clientAddress({ kind: 'count', proxies: 2 })(peer, `${claimed}, 198.51.100.7, 10.0.0.8`));
  }
  expect([...seen]).toEqual(['198.51.100.7']);
});
