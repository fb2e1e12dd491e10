/** What the sandbox needs of the contracts, without the schemas of everything else: a sandbox host reads as few files as it can. */
export { OUTCOME, outcomeName, type FunctionErrorPayload, type Outcome, type OutcomeName } from './invocation-outcome';
export { LIMITS } from './limits';
export { type LoadedRevision } from './function-record';
