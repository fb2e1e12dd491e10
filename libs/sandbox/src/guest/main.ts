/**
 * The guest prelude: everything inside an isolate that is not the upload. Evaluated once into the start-up snapshot; then
 * every new context calls the boot function, which takes itself off the global object before anything else can run.
 */
import { BOOT_NAME, ENTRY, POST } from '../isolate-protocol';
import { guestConsole } from './console';
import { loadModule, reportRecord, type FunctionIdentity } from './handler';
import { bindHandler, endIdle, failUncaught, forgetList, releaseHeld, runList } from './invocations';
import { bindHost, newInvocation, post, setCurrentInvocation, type HostFunctions } from './invocation-state';
import { defineGlobal, lockDown } from './lockdown';
import { bindOutbox, closeOutbox, openOutbox } from './outbox';
import { defineProperty, jsonStringify, now } from './primordials';
import { beginTimerEntry, bindTimerHooks, clearTimeout, fireTimers, setInterval, setTimeout } from './timers';
import { installWebGlobals } from './web/web-globals';

const global = globalThis as unknown as Record<string, unknown>;

defineGlobal(global, 'console', guestConsole);
defineGlobal(global, 'setTimeout', setTimeout);
defineGlobal(global, 'setInterval', setInterval);
defineGlobal(global, 'clearTimeout', clearTimeout);
defineGlobal(global, 'clearInterval', (id?: unknown) => clearTimeout(id));
const startPerformance = installWebGlobals(global);
bindTimerHooks({ onThrow: failUncaught, onChange: releaseHeld });

defineProperty(global, BOOT_NAME, { value: boot, configurable: true });

type Enter = (entry: number, ...args: never[]) => void;

/** Gives the host its one way in. */
function boot(
  postToHost: HostFunctions['post'],
  random: HostFunctions['random'],
  domainToAscii: HostFunctions['domainToAscii'],
  outbox: SharedArrayBuffer,
): Enter {
  delete global[BOOT_NAME];
  bindOutbox(outbox, Atomics.store);
  lockDown(global);
  startPerformance(now());
  bindHost({ post: postToHost, random, domainToAscii });
  return (entry: number, ...args: unknown[]): void => {
    forgetList();
    openOutbox();
    beginTimerEntry();
    switch (entry) {
      case ENTRY.run:
        return runList(args as (number | string)[]);
      case ENTRY.fire:
        return fireTimers(args[0] as number);
      case ENTRY.idle:
        return endIdle(args[0] as number);
      case ENTRY.load:
        return load(args);
    }
  };
}

function load(args: readonly unknown[]): void {
  closeOutbox();
  const identity: FunctionIdentity = {
    name: args[1] as string,
    version: args[2] as number,
    memoryMb: args[3] as number,
  };
  // Stays the current one until the first event: promises of the top level may go on in microtasks.
  const loading = newInvocation(0, Infinity);
  setCurrentInvocation(loading);
  const { handler, report } = loadModule(args[0] as (process: object) => unknown, identity, args[4] as string);
  if (handler !== null) bindHandler(handler, identity);
  post(POST.loaded, 0, jsonStringify(reportRecord(report)), loading.unsentLogs === '' ? undefined : loading.unsentLogs);
}
