/** Imported before `whatwg-url`, which makes an encoder and a decoder of its own when it is evaluated. */
import { defineGlobal } from '../lockdown';
import { TextDecoder } from './text-decoder';
import { TextEncoder } from './text-encoder';

defineGlobal(globalThis, 'TextEncoder', TextEncoder);
defineGlobal(globalThis, 'TextDecoder', TextDecoder);

/** V8 has none while a snapshot is built, and webidl-conversions looks at its prototype; boot deletes it with the real one. */
if (!('SharedArrayBuffer' in globalThis)) {
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
