import { EgressPolicy } from './egress-policy';

const closed = EgressPolicy.parse('', '');

const answerOf = (policy: EgressPolicy, host: string, address: string, port: number): string => {
  try {
    policy.checkAddress(host, address, port);
    return 'allowed';
  } catch (error) {
    return (error as Error).message;
  }
};

describe('addresses that are allowed unless listed otherwise', () => {
  it.each([
    '93.184.216.34',
    '1.1.1.1',
    '172.15.255.255',
    '172.32.0.1',
    '2606:4700::1111',
    '2a00:1450:4001::8',
    '64:ff9b::101:101',
    '2002:101:101::1',
    '::ffff:8.8.8.8',
  ])('%s, public unicast', (address) => {
    expect(answerOf(closed, 'example.com', address, 443)).toBe('allowed');
  });

  it.each([
    ['0.0.0.0', 'this network'],
    ['10.0.0.1', 'private'],
    ['100.64.0.1', 'carrier-grade NAT'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['169.254.169.254', 'link-local, metadata'],
    ['172.16.0.1', 'private'],
    ['172.31.255.255', 'private'],
    ['192.0.0.192', 'protocol assignments'],
    ['192.168.0.1', 'private'],
    ['198.18.0.1', 'benchmarks'],
    ['198.19.255.255', 'benchmarks'],
    ['203.0.113.9', 'documentation'],
    ['224.0.0.1', 'multicast'],
    ['240.0.0.1', 'reserved'],
    ['255.255.255.255', 'broadcast'],
    ['::', 'unspecified'],
    ['::1', 'loopback'],
    ['::127.0.0.1', 'IPv4-compatible'],
    ['::ffff:127.0.0.1', 'mapped'],
    ['::ffff:a9fe:a9fe', 'mapped, in hexadecimal'],
    ['0:0:0:0:0:ffff:7f00:1', 'mapped, in full'],
    ['64:ff9b::7f00:1', 'NAT64 of loopback'],
    ['64:ff9b::10.0.0.1', 'NAT64 of a private address'],
    ['64:ff9b:1::1', 'local NAT64'],
    ['2002:7f00:1::', '6to4 of loopback'],
    ['2002:c0a8:101::1', '6to4 of a private address'],
    ['2001:0:a9fe:a9fe::', 'Teredo with a link-local server'],
    ['2001:0:808:808:0:0:80ff:fffe', 'Teredo whose client is 127.0.0.1'],
    ['2001:db8::1', 'documentation'],
    ['fc00::1', 'unique local'],
    ['fd00:ec2::254', 'unique local, metadata'],
    ['fe80::1', 'link-local'],
    ['fec0::1', 'site-local'],
    ['ff02::1', 'multicast'],
    ['5f00::1', 'segment routing'],
    ['fe80::1%lo', 'with a zone'],
    ['localhost', 'no address at all'],
  ])('not %s: %s', (address) => {
    expect(answerOf(closed, 'example.com', address, 80)).not.toBe('allowed');
  });

  it('only at ports 80 and 443, and those in SLUICE_EGRESS_PORTS', () => {
    expect(answerOf(closed, 'example.com', '1.1.1.1', 80)).toBe('allowed');
    expect(answerOf(closed, 'example.com', '1.1.1.1', 6379)).toBe(
      'Port 6379 of example.com (1.1.1.1) is not allowed (ports: 80, 443). The operator adds example.com:6379 to SLUICE_EGRESS_ALLOW, or 6379 to SLUICE_EGRESS_PORTS.',
    );
    expect(answerOf(EgressPolicy.parse('', '8443, 9000'), 'example.com', '1.1.1.1', 9000)).toBe('allowed');
  });
});

describe('SLUICE_EGRESS_ALLOW', () => {
  it.each([
    ['10.0.0.0/8', '10.9.9.9', 80, true],
    ['10.0.0.0/8', '11.0.0.1', 6379, false],
    ['10.0.0.0/8', '10.9.9.9', 3000, false],
    ['10.0.0.0/8:3000', '10.9.9.9', 3000, true],
    ['10.0.0.0/8:3000', '10.9.9.9', 80, false],
    ['10.0.0.0/8:*', '10.9.9.9', 5432, true],
    ['10.0.0.5', '10.0.0.5', 443, true],
    ['10.0.0.5', '10.0.0.6', 443, false],
    ['127.0.0.1', '::ffff:127.0.0.1', 80, true],
    ['[fd00::/8]:8080', 'fd12::1', 8080, true],
    ['fd00::/8', 'fd12::1', 80, true],
    ['fd00::/8', 'fe80::1', 80, false],
    ['172.16.0.0/12', '172.31.255.255', 80, true],
    ['172.16.0.0/12', '192.168.0.1', 80, false],
  ])('%s and %s at %i: allowed = %s', (allow, address, port, allowed) => {
    expect(answerOf(EgressPolicy.parse(allow, ''), 'a.example', address, port) === 'allowed').toBe(allowed);
  });

  it.each([
    ['db.internal:5432', 'db.internal', 5432, true],
    ['db.internal:5432', 'DB.INTERNAL.', 5432, true],
    ['db.internal:5432', 'db.internal', 80, false],
    ['db.internal', 'xdb.internal', 80, false],
    ['*.internal:*', 'db.internal', 5432, true],
    ['*.internal:*', 'internal', 5432, false],
    ['*.internal:*', 'evilinternal', 5432, false],
  ])('the name %s and %s at %i, whatever its address: allowed = %s', (allow, host, port, allowed) => {
    expect(answerOf(EgressPolicy.parse(allow, ''), host, '10.1.1.1', port) === 'allowed').toBe(allowed);
  });

  it('takes several items and empty ones', () => {
    const policy = EgressPolicy.parse(' 10.0.0.0/8 ,, db.internal:5432,', '');
    expect(answerOf(policy, 'a', '10.1.1.1', 80)).toBe('allowed');
    expect(answerOf(policy, 'db.internal', '192.168.1.1', 5432)).toBe('allowed');
  });

  it.each([
    ['10.0.0.0/33', '"10.0.0.0/33" needs', 'prefix length from 0 to 32'],
    ['10.0.0.300', '"10.0.0.300" is not an IP address or range', '10.0.0.0/8'],
    ['fd00::/129', 'prefix length from 0 to 128', ''],
    ['http://db.internal', 'is not a host, address or range', 'db.internal'],
    ['db.internal:0', 'needs a port from 1 to 65535', ''],
    ['db.internal:65536', 'needs a port from 1 to 65535', ''],
    ['a b', 'is not a host', ''],
  ])('refuses %s and says what is wrong', (allow, what, how) => {
    const parse = (): EgressPolicy => EgressPolicy.parse(allow, '');
    expect(parse).toThrow(RangeError);
    expect(parse).toThrow(what);
    expect(parse).toThrow(how);
  });

  it('refuses a port list with something else in it', () => {
    expect(() => EgressPolicy.parse('', '80,http')).toThrow('SLUICE_EGRESS_PORTS: "http" needs a port from 1 to 65535');
  });
});

describe('a URL before anything is resolved', () => {
  const check = (text: string) => () => closed.checkUrl(new URL(text));

  it.each(['https://example.com/', 'http://example.com:8080/', 'http://1.1.1.1/'])('may be %s', (text) => {
    expect(check(text)).not.toThrow();
  });

  it.each([
    ['file:///etc/passwd', 'scheme'],
    ['ftp://example.com/', 'scheme'],
    ['data:text/plain,x', 'scheme'],
    ['http://user@example.com/', 'user name'],
    ['http://127.0.0.1/', 'not a public address'],
    ['http://2130706433/', '127.0.0.1 is not a public address'],
    ['http://[::ffff:7f00:1]/', 'not a public address'],
    ['http://1.1.1.1:6379/', 'Port 6379'],
  ])('may not be %s', (text, why) => {
    expect(check(text)).toThrow(why);
  });
});
