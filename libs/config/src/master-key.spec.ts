import { hkdfSync, randomBytes } from 'node:crypto';
import { MasterKey } from './master-key';

describe('master key', () => {
  const key = new MasterKey(Buffer.alloc(32, 1));

  test('what is encrypted in one place decrypts there and nowhere else', () => {
    const text = key.encrypt('sécret', 'access-key:AKIA1');
    expect(key.decrypt(text, 'access-key:AKIA1')).toBe('sécret');
    expect(() => key.decrypt(text, 'access-key:AKIA2')).toThrow('changed, or stood somewhere else');
  });

  test('one changed bit is noticed', () => {
    const [version, id, iv, sealed = ''] = key.encrypt('secret', 'a').split('.');
    const bytes = Buffer.from(sealed, 'base64url');
    for (let index = 0; index < bytes.length; index += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
      const text = [version, id, iv, changed.toString('base64url')].join('.');
      expect(() => key.decrypt(text, 'a')).toThrow('changed');
    }
  });

  test('a value of another key says so, and a shortened or foreign text is refused', () => {
    const other = new MasterKey(randomBytes(32));
    expect(() => key.decrypt(other.encrypt('x', 'a'), 'a')).toThrow(`encrypted with master key ${other.keyId}`);
    expect(() => key.decrypt(`v1.${key.keyId}.AAAA.AAAA`, 'a')).toThrow('changed');
    expect(() => key.decrypt('plain', 'a')).toThrow('no value that Sluice encrypted');
  });

  test('the same text never encrypts to the same value', () => {
    expect(key.encrypt('x', 'a')).not.toBe(key.encrypt('x', 'a'));
  });

  test('sub-keys are HKDF-SHA256 and differ by use', () => {
    expect(key.subKey('link')).toEqual(Buffer.from(hkdfSync('sha256', Buffer.alloc(32, 1), '', 'sluice/v1/link', 32)));
    const uses = (['secrets', 'link', 'code-cache', 'sessions', 'revision'] as const).map((use) =>
      key.subKey(use).toString('hex'),
    );
    expect(new Set(uses).size).toBe(uses.length);
  });

  test('base64 and base64url are the same key; anything but 32 bytes is refused', () => {
    const bytes = Buffer.alloc(32, 0xfb);
    expect(MasterKey.parse(bytes.toString('base64')).keyId).toBe(MasterKey.parse(bytes.toString('base64url')).keyId);
    expect(() => MasterKey.parse(Buffer.alloc(31).toString('base64'))).toThrow(RangeError);
    expect(() => MasterKey.parse('x'.repeat(44))).toThrow(RangeError);
  });

  test('a key printed by accident shows only its id', () => {
    expect(JSON.stringify({ key })).toBe(`{"key":"MasterKey(${key.keyId})"}`);
  });
});
