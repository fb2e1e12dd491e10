import { type FunctionConfig } from './function-config';
import { type PolicyDocument } from './policy/policy-document';

/** How the module answers: AWS's handler, or (a later issue) a Web-standard fetch handler. */
export type HandlerKind = 'lambda' | 'fetch';

/** One immutable version of a function, as every gateway holds it in memory. */
export interface FunctionVersion {
  readonly version: number;
  /** Hash of package, config and environment: what a runner loads and never asks again. */
  readonly revision: string;
  /** Hash of the compiled package. */
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly handlerKind: HandlerKind;
  /** Top-level run time seen when the upload was probed. */
  readonly initMs: number;
  readonly config: FunctionConfig;
  /** Names only; the values are encrypted beside the package. */
  readonly environmentNames: readonly string[];
  readonly createdAt: string;
}

/** A function: its newest 50 versions, newest last; `$LATEST` is the last one. */
export interface FunctionRecord {
  readonly schema: 1;
  readonly name: string;
  readonly versions: readonly FunctionVersion[];
  /** Who may call its URL, besides those whose own policies say so. Not part of a version: it acts at once. */
  readonly resourcePolicy?: PolicyDocument;
}

/** What a runner needs to run one revision; kept beside the package, never changed. */
export interface RevisionRecord {
  readonly schema: 1;
  readonly functionName: string;
  readonly version: number;
  readonly revision: string;
  readonly sha256: string;
  readonly handlerKind: HandlerKind;
  readonly config: FunctionConfig;
  /** AES-256-GCM text of the environment's JSON, or null when there is none. */
  readonly environment: string | null;
}

/** The revision as the sandbox takes it: everything in clear, in memory only. */
export interface LoadedRevision {
  readonly functionName: string;
  readonly version: number;
  readonly revision: string;
  readonly sha256: string;
  readonly handlerKind: HandlerKind;
  readonly config: FunctionConfig;
  readonly environment: Readonly<Record<string, string>>;
  /** The bundled script. */
  readonly code: string;
}
