import { ERROR_CATALOGUE, type ErrorCode } from './error-catalogue';

/** One thing wrong with an input: where (a JSON path, a query parameter, or a place in a source file) and what. */
export type ErrorDetail =
  | { readonly path: string; readonly message: string }
  | { readonly file: string; readonly line: number; readonly column: number; readonly message: string };

/**
 * An error whose code and message may be shown to the caller. `cause` never is.
 * Anything else that is thrown reaches a caller as `INTERNAL` without its text.
 */
export class SluiceError extends Error {
  readonly details: readonly ErrorDetail[] | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: { details?: readonly ErrorDetail[]; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'SluiceError';
    this.details = options.details;
  }

  /** The control plane's HTTP status of this code. */
  get status(): number {
    return ERROR_CATALOGUE[this.code].status;
  }
}
