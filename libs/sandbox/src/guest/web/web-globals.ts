import { hasStandIn } from './encoding-globals';
import { URL, URLSearchParams } from 'whatwg-url';
import { defineGlobal } from '../lockdown';
import { NativeTypeError, now, promiseThen, resolvedPromise } from '../primordials';
import { atob, btoa } from './base64';
import { crypto } from './crypto';
import { DOMException } from './dom-exception';
import { structuredClone } from './structured-clone';

/** Puts the Web's globals in place; returns what starts the clock of `performance`, which a snapshot cannot contain. */
export function installWebGlobals(global: object): (timeOriginMs: number) => void {
  const globals: Record<string, unknown> = {
    URL,
    URLSearchParams,
    DOMException,
    atob,
    btoa,
    crypto,
    structuredClone,
    queueMicrotask,
  };
  for (const name of Object.keys(globals)) defineGlobal(global, name, globals[name]);
  if (hasStandIn) delete (global as Record<string, unknown>)['SharedArrayBuffer'];
  return (timeOriginMs) => {
    // Whole milliseconds: a finer clock is what timing attacks need.
    defineGlobal(global, 'performance', { timeOrigin: timeOriginMs, now: () => now() - timeOriginMs });
  };
}

function queueMicrotask(callback?: unknown): void {
  if (typeof callback !== 'function') throw new NativeTypeError('The callback must be a function');
  promiseThen(resolvedPromise, callback as () => void, ignore);
}

function ignore(): void {}
