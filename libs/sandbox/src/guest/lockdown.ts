import { construct, defineProperty, isView, NativeArrayBuffer, NativeRangeError, NativeTypeError } from './primordials';

/**
 * Takes away what escapes the heap limit or gives threads and clocks, before any uploaded code runs. WebAssembly and
 * SharedArrayBuffer appear only when a context is made from the snapshot, so this runs at boot and not while it is built.
 */
export function lockDown(global: Record<string, unknown>): void {
  for (const name of ['WebAssembly', 'SharedArrayBuffer', 'Atomics']) {
    delete global[name];
    if (name in global) throw new NativeTypeError(`${name} cannot be taken away`);
  }
  defineGlobal(global, 'WeakRef', InertWeakRef);
  defineGlobal(global, 'FinalizationRegistry', InertFinalizationRegistry);
  replaceArrayBuffer(global);
}

export function defineGlobal(global: object, name: string, value: unknown): void {
  defineProperty(global, name, { value, writable: true, configurable: true, enumerable: false });
}

/** Libraries construct weak references; holding strongly is correct, only less thrifty. Real ones run tasks outside every deadline. */
class InertWeakRef {
  readonly #target: unknown;
  constructor(target: unknown) {
    this.#target = target;
  }
  deref(): unknown {
    return this.#target;
  }
}
defineProperty(InertWeakRef, 'name', { value: 'WeakRef' });

class InertFinalizationRegistry {
  register(): void {}
  unregister(): boolean {
    return false;
  }
}
defineProperty(InertFinalizationRegistry, 'name', { value: 'FinalizationRegistry' });

/** A resizable buffer's memory is not counted against the heap limit. Fixed ones are. */
function replaceArrayBuffer(global: Record<string, unknown>): void {
  const Guarded = function ArrayBuffer(this: unknown, length: unknown, options?: { maxByteLength?: unknown } | null) {
    if (new.target === undefined) throw new NativeTypeError("Constructor ArrayBuffer requires 'new'");
    if (options !== undefined && options !== null && options.maxByteLength !== undefined)
      throw new NativeRangeError('A resizable ArrayBuffer is not available');
    return construct(NativeArrayBuffer, [length], new.target as unknown as new () => unknown) as ArrayBuffer;
  };
  const prototype = NativeArrayBuffer.prototype;
  defineProperty(Guarded, 'prototype', { value: prototype, writable: false, enumerable: false, configurable: false });
  defineProperty(Guarded, 'isView', { value: isView, writable: true, enumerable: false, configurable: true });
  defineProperty(Guarded, 'length', { value: 1, configurable: true });
  defineProperty(Guarded, Symbol.species, {
    get(this: unknown) {
      return this;
    },
    configurable: true,
  });
  defineProperty(prototype, 'constructor', { value: Guarded, writable: true, enumerable: false, configurable: true });
  defineGlobal(global, 'ArrayBuffer', Guarded);
}
