import { SetMetadata } from '@nestjs/common';

export const ACTION = 'sluice:action';
export const OPEN = 'sluice:open';

/** The route needs a principal that may perform the action, such as `sluice:PutFunction`. */
export function Authenticated({ action }: { readonly action: string }): MethodDecorator {
  return SetMetadata(ACTION, action);
}

/** The route is for anybody who reaches the admin listener. */
export function Open(): MethodDecorator {
  return SetMetadata(OPEN, true);
}
