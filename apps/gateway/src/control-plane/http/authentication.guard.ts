import { createHash } from 'node:crypto';
import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { SluiceError } from '@sluice/contracts';
import { Authenticator, isAllowed } from '@sluice/iam';
import { ACTION, OPEN } from './authenticated';
import { type AdminRequest } from './admin-request';
import { readBody } from './read-body';

/** Lets nobody in without a principal that may perform the route's action. A route that names no action lets nobody in at all. */
@Injectable()
export class AuthenticationGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(Authenticator) private readonly authenticator: Authenticator,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const handler = context.getHandler();
    if (this.reflector.get<boolean | undefined>(OPEN, handler) === true) return true;
    const action = this.reflector.get<string | undefined>(ACTION, handler);
    if (action === undefined) throw new SluiceError('ACCESS_DENIED', 'The route is not open and names no action.');
    const request = context.switchToHttp().getRequest<AdminRequest>();
    const { method = 'GET', target, rawHeaders } = request;
    let body: Promise<Buffer> | null = null;
    const bodySha256Hex = async (): Promise<string> => {
      body ??= readBody(request);
      return createHash('sha256')
        .update(await body)
        .digest('hex');
    };
    const principal = await this.authenticator.authenticate({ method, target, rawHeaders, bodySha256Hex });
    if (!isAllowed(principal, action)) throw new SluiceError('ACCESS_DENIED', `${principal.arn} may not ${action}.`);
    request.principal = principal;
    request.body = await (body ?? readBody(request));
    return true;
  }
}
