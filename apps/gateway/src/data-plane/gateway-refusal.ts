import { SluiceError, type ErrorCode } from '@sluice/contracts';

/** A refusal of a request to a route, with what its answer says besides AWS's status and body. */
export class GatewayRefusal extends SluiceError {
  /** Response headers: name, value, … */
  readonly headers: readonly string[];
  /** Replaces the style's own text where AWS's differs from case to case. */
  readonly publicMessage: string | undefined;
  /** Members beside the message in the body, such as field-level `errors`. */
  readonly body: Readonly<Record<string, unknown>>;

  /** `reason` becomes `x-sluice-reason`: one line that says what was wrong and what would be right. */
  constructor(
    code: ErrorCode,
    reason: string,
    options: {
      readonly headers?: readonly string[];
      readonly publicMessage?: string;
      readonly body?: Readonly<Record<string, unknown>>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(code, reason, options.cause === undefined ? {} : { cause: options.cause });
    this.headers = options.headers ?? [];
    this.publicMessage = options.publicMessage;
    this.body = options.body ?? {};
  }
}
