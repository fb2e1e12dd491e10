/** Imported before `whatwg-url`, which makes an encoder and a decoder of its own when it is evaluated. */
import { defineGlobal } from '../lockdown';
import { TextDecoder } from './text-decoder';
import { TextEncoder } from './text-encoder';

defineGlobal(globalThis, 'TextEncoder', TextEncoder);
defineGlobal(globalThis, 'TextDecoder', TextDecoder);

/**
 * V8 has none while a snapshot is built, and webidl-conversions looks at its prototype. The stand-in must be gone before the
 * snapshot is taken: V8 adds the real one beside it without looking, and a `delete` then takes only one of the two.
 */
export const hasStandIn = !('SharedArrayBuffer' in globalThis);
if (hasStandIn) {
  class SharedArrayBuffer {
    get byteLength(): never {
      throw new TypeError('not a SharedArrayBuffer');
    }
    get growable(): never {
      throw new TypeError('not a SharedArrayBuffer');
    }
  }
  defineGlobal(globalThis, 'SharedArrayBuffer', SharedArrayBuffer);
}
