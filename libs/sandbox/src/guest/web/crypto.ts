/* eslint-disable @typescript-eslint/unbound-method -- intrinsics are taken off their prototypes on purpose */
import { hostCall } from '../invocation-state';
import { NativeTypeError, NativeUint8Array, uncurry } from '../primordials';
import { bytesOf, typedArrayName } from './buffer-source';
import { DOMException } from './dom-exception';

const POOL_BYTES = 4_096;
const REQUEST_BYTES_MAX = 65_536;
const INTEGER_ARRAYS: Record<string, true | undefined> = {
  Int8Array: true,
  Uint8Array: true,
  Uint8ClampedArray: true,
  Int16Array: true,
  Uint16Array: true,
  Int32Array: true,
  Uint32Array: true,
  BigInt64Array: true,
  BigUint64Array: true,
};

const subarray = uncurry(Uint8Array.prototype.subarray);
const setBytes = uncurry(Uint8Array.prototype.set);
const fill = uncurry(Uint8Array.prototype.fill);

let pool = new NativeUint8Array(0);
let used = 0;

/** https://w3c.github.io/webcrypto/#Crypto-interface without `subtle`, on the host's random numbers. */
export const crypto = {
  getRandomValues: (array?: unknown): unknown => {
    const name = typedArrayName(array);
    if (name === undefined || INTEGER_ARRAYS[name] !== true)
      throw new DOMException('The data argument must be an integer-type TypedArray', 'TypeMismatchError');
    const bytes = bytesOf(array);
    if (bytes.length > REQUEST_BYTES_MAX) {
      throw new DOMException(`The requested length exceeds ${REQUEST_BYTES_MAX} bytes`, 'QuotaExceededError');
    }
    setBytes(bytes, randomBytes(bytes.length));
    return array;
  },
  randomUUID: (): string => {
    const bytes = randomBytes(16);
    bytes[6] = ((bytes[6] as number) & 0x0f) | 0x40;
    bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
    let text = '';
    for (let at = 0; at < 16; at++) {
      if (at === 4 || at === 6 || at === 8 || at === 10) text += '-';
      text += HEX[bytes[at] as number] as string;
    }
    return text;
  },
};

const HEX: string[] = [];
for (let byte = 0; byte < 256; byte++) HEX[byte] = (byte + 256).toString(16).slice(1);

/** Bytes nobody has seen and nobody will: what is handed out is wiped from the pool. */
function randomBytes(count: number): Uint8Array {
  if (count > POOL_BYTES) return fromHost(count);
  if (used + count > pool.length) {
    pool = fromHost(POOL_BYTES);
    used = 0;
  }
  const bytes = new NativeUint8Array(count);
  const taken = subarray(pool, used, used + count);
  setBytes(bytes, taken);
  fill(taken, 0);
  used += count;
  return bytes;
}

function fromHost(count: number): Uint8Array<ArrayBuffer> {
  const bytes = hostCall().random(count);
  if (bytes.length !== count) throw new NativeTypeError('no random numbers');
  return bytes as Uint8Array<ArrayBuffer>;
}
