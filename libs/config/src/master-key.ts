import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { masterKeyText } from './setting-kinds';

/** What a sub-key is for. A key that leaks for one use opens none of the others. */
export type KeyUse = 'secrets' | 'link' | 'code-cache' | 'sessions' | 'revision' | 'cache';

const ivBytes = 12;
const tagBytes = 16;

/**
 * The one secret of an installation. Sub-keys: HKDF-SHA256 (RFC 5869), no salt, info `sluice/v1/<use>`.
 * Encryption: AES-256-GCM under the sub-key `secrets`, random 96-bit IV, text form `v1.<key id>.<iv>.<ciphertext + tag>` in base64url.
 * Give every place its own `aad` ("additional authenticated data"), so a value copied to another place does not decrypt.
 */
export class MasterKey {
  /** Short name of the key; tells nothing about it. Data of another key id is refused with a message instead of garbage. */
  readonly keyId: string;
  readonly #key: Buffer;
  readonly #subKeys = new Map<KeyUse, Buffer>();

  constructor(key: Buffer) {
    if (key.length !== 32) throw new RangeError(masterKeyText.label);
    this.#key = Buffer.from(key);
    this.keyId = createHash('sha256').update('sluice/key-id').update(this.#key).digest('hex').slice(0, 16);
  }

  /** From base64 or base64url. Throws RangeError saying what a key looks like. */
  static parse(text: string): MasterKey {
    return new MasterKey(Buffer.from(masterKeyText.parse(text), 'base64'));
  }

  /** 32 bytes that only this use has. */
  subKey(use: KeyUse): Buffer {
    let subKey = this.#subKeys.get(use);
    if (subKey === undefined) {
      subKey = Buffer.from(hkdfSync('sha256', this.#key, Buffer.alloc(0), `sluice/v1/${use}`, 32));
      this.#subKeys.set(use, subKey);
    }
    return subKey;
  }

  encrypt(plaintext: string, aad: string): string {
    const iv = randomBytes(ivBytes);
    const cipher = createCipheriv('aes-256-gcm', this.subKey('secrets'), iv);
    cipher.setAAD(Buffer.from(aad));
    const sealed = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `v1.${this.keyId}.${iv.toString('base64url')}.${sealed.toString('base64url')}`;
  }

  /** The plaintext, or an error that says whether the key is another one or the value was changed. */
  decrypt(text: string, aad: string): string {
    const [version, keyId, iv, sealed, ...rest] = text.split('.');
    if (version !== 'v1' || keyId === undefined || iv === undefined || sealed === undefined || rest.length > 0) {
      throw new Error('This is no value that Sluice encrypted (v1).');
    }
    if (keyId !== this.keyId) {
      throw new Error(`The value was encrypted with master key ${keyId}, but this process has ${this.keyId}.`);
    }
    const bytes = Buffer.from(sealed, 'base64url');
    try {
      const decipher = createDecipheriv('aes-256-gcm', this.subKey('secrets'), Buffer.from(iv, 'base64url'), {
        authTagLength: tagBytes,
      });
      decipher.setAAD(Buffer.from(aad));
      decipher.setAuthTag(bytes.subarray(bytes.length - tagBytes));
      return decipher.update(bytes.subarray(0, bytes.length - tagBytes), undefined, 'utf8') + decipher.final('utf8');
    } catch (cause) {
      throw new Error('The encrypted value was changed, or stood somewhere else when it was written.', { cause });
    }
  }

  /** Keys never appear in logs by accident. */
  toJSON(): string {
    return `MasterKey(${this.keyId})`;
  }
}
