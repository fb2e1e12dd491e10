import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { type StorableResponse } from './stored-response';

/** What Redis keeps of an answer. */
export interface Entry {
  readonly content: StorableResponse;
  readonly sequence: number;
}

const PLAIN = 1;
const SEALED = 2;
const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;

/**
 * An entry as bytes: one byte says which form it has; plain = u32 length, JSON of everything but the body, body; sealed = IV, ciphertext of that, tag.
 * Sealed entries are AES-256-GCM under a key of their own, bound to their field: a value copied to another place does not open.
 */
export class EntryCodec {
  constructor(private readonly key: Buffer) {}

  encode({ content, sequence }: Entry, field: string, encrypted: boolean): Buffer {
    const { body, ...rest } = content;
    const head = Buffer.from(JSON.stringify({ ...rest, sequence }));
    const length = Buffer.allocUnsafe(4);
    length.writeUInt32BE(head.length);
    if (!encrypted) return Buffer.concat([Buffer.of(PLAIN), length, head, body]);
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv(ALGORITHM, this.key, iv);
    cipher.setAAD(Buffer.from(field));
    return Buffer.concat([
      Buffer.of(SEALED),
      iv,
      cipher.update(Buffer.concat([length, head, body])),
      cipher.final(),
      cipher.getAuthTag(),
    ]);
  }

  /** null = not one of ours, changed, or of another master key: as good as not there. */
  decode(bytes: Buffer, field: string): Entry | null {
    const plain = bytes[0] === SEALED ? this.open(bytes, field) : bytes[0] === PLAIN ? bytes.subarray(1) : null;
    if (plain === null || plain.length < 4) return null;
    const headEnd = 4 + plain.readUInt32BE(0);
    if (headEnd > plain.length) return null;
    try {
      const { sequence, ...rest } = JSON.parse(plain.toString('utf8', 4, headEnd)) as Omit<StorableResponse, 'body'> & {
        sequence: number;
      };
      // A copy: the bytes around it, and what Redis's parser holds them in, are let go.
      return { content: { ...rest, body: Buffer.from(plain.subarray(headEnd)) }, sequence };
    } catch {
      return null;
    }
  }

  private open(bytes: Buffer, field: string): Buffer | null {
    if (bytes.length < 1 + IV_BYTES + TAG_BYTES) return null;
    const decipher = createDecipheriv(ALGORITHM, this.key, bytes.subarray(1, 1 + IV_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAAD(Buffer.from(field));
    decipher.setAuthTag(bytes.subarray(bytes.length - TAG_BYTES));
    try {
      return Buffer.concat([decipher.update(bytes.subarray(1 + IV_BYTES, bytes.length - TAG_BYTES)), decipher.final()]);
    } catch {
      return null;
    }
  }
}
