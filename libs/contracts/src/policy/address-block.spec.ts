import { blockContains, parseAddress, parseAddressBlock } from './address-block';

test.each<[string, string, boolean]>([
  ['10.0.0.0/8', '10.255.255.255', true],
  ['10.0.0.0/8', '11.0.0.0', false],
  ['0.0.0.0/0', '203.0.113.9', true],
  ['0.0.0.0/0', '2001:db8::1', false],
  ['::/0', '203.0.113.9', true],
  ['203.0.113.9', '203.0.113.9', true],
  ['203.0.113.9/32', '203.0.113.8', false],
  ['203.0.113.77/24', '203.0.113.9', true],
  ['128.0.0.0/1', '255.255.255.255', true],
  ['::ffff:203.0.113.0/120', '203.0.113.9', true],
  ['2001:db8::/32', '2001:db8:ffff::1', true],
  ['2001:db8::/33', '2001:db8:8000::1', false],
  ['2001:db8::1/128', '2001:0db8:0:0:0:0:0:1', true],
  ['fe80::/10', 'febf::1', true],
])('%s contains %s: %s', (block, address, contained) => {
  const [parsedBlock, parsedAddress] = [parseAddressBlock(block), parseAddress(address)];
  if (parsedBlock === null || parsedAddress === null) throw new Error('both are well-formed');
  expect(blockContains(parsedBlock, parsedAddress)).toBe(contained);
});

test.each([
  '',
  '10.0.0',
  '10.0.0.0.0',
  '10.0.0.256',
  '010.0.0.1',
  '0x0a.0.0.1',
  '10.0.0.0/33',
  '10.0.0.0/',
  '10.0.0.0/-1',
  '1:2:3:4:5:6:7',
  '1:2:3:4:5:6:7:8:9',
  '1:2:3:4:5:6:7::8',
  '::1::',
  ':1',
  '12345::',
  'fe80::1%eth0',
  '::1.2.3',
  '1.2.3.4::',
  '::/129',
  'localhost',
])('%s is neither address nor block', (text) => {
  expect(parseAddressBlock(text)).toBeNull();
});
