import { applyDecorators, SetMetadata } from '@nestjs/common';
import { type AdminRequest } from './admin-request';

export const ACTION = 'sluice:action';
export const RESOURCE = 'sluice:resource';
export const REPEATABLE = 'sluice:repeatable';
export const ANY_PRINCIPAL = 'sluice:any-principal';
export const OPEN = 'sluice:open';

/** What an action is about: an ARN, or the last part of one, in which `{name}` is the path's parameter. */
export type ResourceOf = string | ((request: AdminRequest) => string);

export interface AuthenticatedOptions {
  /** What a policy must allow, such as `sluice:PutFunction`. */
  readonly action: string;
  /** Absent = what the path begins with: `function/{name}` for everything below `/v1/functions/:name`. */
  readonly resource?: ResourceOf;
  /** A POST or PATCH that may be made twice: its signature may be used again. */
  readonly repeatable?: boolean;
  /** Whoever has an access key may: no policy is asked. */
  readonly anyPrincipal?: boolean;
}

/** The route needs a principal whose policies allow the action on the resource. */
export function Authenticated({ action, resource, repeatable, anyPrincipal }: AuthenticatedOptions): MethodDecorator {
  return applyDecorators(
    SetMetadata(ACTION, action),
    SetMetadata(RESOURCE, resource),
    SetMetadata(REPEATABLE, repeatable === true),
    SetMetadata(ANY_PRINCIPAL, anyPrincipal === true),
  );
}

/** The route is for anybody who reaches the admin listener. */
export function Open(): MethodDecorator {
  return SetMetadata(OPEN, true);
}
