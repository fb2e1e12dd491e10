import { DEFAULT_FUNCTION_CONFIG, type LoadedRevision } from '@sluice/contracts';

/** A built-in function that no upload can replace: `$` is in no function name. It shows that the path from gateway to isolate works. */
export const CANARY_REVISION: LoadedRevision = {
  functionName: '$canary',
  version: 1,
  revision: 'canary',
  sha256: 'canary',
  handlerKind: 'lambda',
  config: { ...DEFAULT_FUNCTION_CONFIG, idempotent: true },
  environment: {},
  code: 'var __sluice_exports = { handler: async function () { return { canary: true }; } };',
};
