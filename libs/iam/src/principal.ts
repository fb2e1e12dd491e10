/** Who makes a request: all that anything after authentication knows about the caller. */
export interface Principal {
  readonly kind: 'root';
  readonly accessKeyId: string;
  readonly arn: string;
}

export const ROOT_ARN = 'arn:aws:iam::000000000000:root';

/** Whether the principal may perform an action such as `sluice:PutFunction`. Root may do everything; there is nobody else yet. */
export function isAllowed(principal: Principal, _action: string): boolean {
  return principal.kind === 'root';
}
