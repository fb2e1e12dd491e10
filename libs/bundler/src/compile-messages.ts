import { type Diagnostic } from './diagnostics';

/** What crosses the seam between a Bundler and one compile process. README.md says what each side may expect. */
export interface BuildRequest {
  readonly kind: 'build';
  readonly files: readonly (readonly [path: string, text: string])[];
  readonly entry: string;
  readonly bundleBytesMax: number;
}

export interface DeploymentPackage {
  readonly ok: true;
  /** A script that sets `__sluice_exports` to the exports of the entry. */
  readonly code: string;
  readonly sourceMap: string;
  /** Of `code`, hexadecimal. */
  readonly sha256: string;
  /** Of `code`. */
  readonly sizeBytes: number;
  readonly entry: string;
}

export interface CompileFailure {
  readonly ok: false;
  readonly diagnostics: readonly Diagnostic[];
}

export type CompileResult = DeploymentPackage | CompileFailure;

export type CompileReply =
  | { readonly kind: 'ready' }
  | { readonly kind: 'built'; readonly result: CompileResult }
  /** esbuild died under the build. */
  | { readonly kind: 'exhausted' };
