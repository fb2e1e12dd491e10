import { type ProbeResult } from '../channel';
import { Environment } from './environment';
import { type EnvironmentEvents, type LoadResult } from './environment-events';
import { GuestIsolate } from './isolate';
import { type Revision } from './revision';
import { type RunningSlot } from './running-slots';
import { type GuestImage } from './snapshot';

const FETCH_MESSAGE =
  'fetch handlers are not supported yet: export a Lambda-style handler, for example "export const handler = async (event) => ({ statusCode: 200 })"';

/**
 * Loads a revision once in a throw-away environment: does its top level end in time and memory, what does it export.
 * The code cache is made by the compiler before any of the upload's code runs.
 */
export async function probeRevision(
  revision: Revision,
  image: GuestImage,
  watch: (environment: Environment) => void,
  events: EnvironmentEvents,
): Promise<{ readonly result: ProbeResult; readonly codeCache: Uint8Array }> {
  const slot: RunningSlot = { functionName: revision.config.functionName, holdsPlace: false };
  const environment = new Environment(revision, new GuestIsolate(image, revision.config.memoryMb), events);
  watch(environment);
  const loaded = await environment.load(slot, true);
  const codeCache = environment.codeCache ?? new Uint8Array(0);
  environment.drain();
  return { result: probeResult(loaded), codeCache: loaded.ok ? codeCache : new Uint8Array(0) };
}

function probeResult(loaded: LoadResult): ProbeResult {
  if (loaded.ok) return { ok: true, handlerKind: 'lambda', initMs: Math.round(loaded.topLevelUs / 1_000) };
  if (loaded.reason === 'timeout') return failure('Sandbox.Timedout', 'loading the module took more than 5 seconds');
  if (loaded.reason !== 'module')
    return failure('Runtime.OutOfMemory', 'loading the module took more memory than memoryMb');
  const report = loaded.loaded;
  switch (report.kind) {
    case 'error':
      return { ok: false, errorType: report.errorType, message: report.errorMessage, stack: report.stack };
    case 'fetch':
      return { ...failure('Runtime.HandlerNotFound', FETCH_MESSAGE), exports: report.exports };
    case 'none':
      return {
        ...failure(
          'Runtime.HandlerNotFound',
          `the module exports no handler: export a function named "handler", or a function as default export; it exports ${exportNames(report.exports)}`,
        ),
        exports: report.exports,
      };
    case 'lambda':
      return failure('Runtime.HandlerNotFound', 'the module could not be loaded');
  }
}

function exportNames(names: readonly string[]): string {
  return names.length === 0 ? 'nothing' : names.join(', ');
}

function failure(errorType: string, message: string): Extract<ProbeResult, { ok: false }> {
  return { ok: false, errorType, message, stack: '' };
}
