/* eslint-disable @typescript-eslint/unbound-method -- intrinsics are taken off their prototypes on purpose */
import { apply, isView, NativeTypeError, NativeUint8Array } from '../primordials';

const byteLengthOf = Object.getOwnPropertyDescriptor(ArrayBuffer.prototype, 'byteLength')?.get as () => number;
const typedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype) as object;
const viewBuffer = Object.getOwnPropertyDescriptor(typedArrayPrototype, 'buffer')?.get as () => ArrayBuffer;
const viewOffset = Object.getOwnPropertyDescriptor(typedArrayPrototype, 'byteOffset')?.get as () => number;
const viewBytes = Object.getOwnPropertyDescriptor(typedArrayPrototype, 'byteLength')?.get as () => number;
const dataViewBuffer = Object.getOwnPropertyDescriptor(DataView.prototype, 'buffer')?.get as () => ArrayBuffer;
const dataViewOffset = Object.getOwnPropertyDescriptor(DataView.prototype, 'byteOffset')?.get as () => number;
const dataViewBytes = Object.getOwnPropertyDescriptor(DataView.prototype, 'byteLength')?.get as () => number;
const typedArrayTag = Object.getOwnPropertyDescriptor(typedArrayPrototype, Symbol.toStringTag)?.get as () =>
  string | undefined;

/** The name of the typed array's class, undefined for anything else; cannot be faked. */
export function typedArrayName(value: unknown): string | undefined {
  return apply(typedArrayTag, value, []) as string | undefined;
}

export function isArrayBuffer(value: unknown): value is ArrayBuffer {
  if (typeof value !== 'object' || value === null) return false;
  try {
    apply(byteLengthOf, value, []);
    return true;
  } catch {
    return false;
  }
}

/** The bytes behind an ArrayBuffer or a view of one, not copied. */
export function bytesOf(source: unknown): Uint8Array {
  if (isView(source)) {
    const typed = typedArrayName(source) !== undefined;
    return new NativeUint8Array(
      apply(typed ? viewBuffer : dataViewBuffer, source, []) as ArrayBuffer,
      apply(typed ? viewOffset : dataViewOffset, source, []) as number,
      apply(typed ? viewBytes : dataViewBytes, source, []) as number,
    );
  }
  if (isArrayBuffer(source)) return new NativeUint8Array(source);
  throw new NativeTypeError('The input must be an ArrayBuffer or a view of one');
}
