import { createHash } from 'node:crypto';
import { Inject, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { SluiceError } from '@sluice/contracts';
import {
  AccessKeyUses,
  authorize,
  Authenticator,
  RequestConditions,
  UsedSignatures,
  type Principal,
} from '@sluice/iam';
import { plainAddress } from '../../data-plane/client-address';
import { type AdminRequest } from './admin-request';
import { ACTION, ANY_PRINCIPAL, OPEN, REPEATABLE } from './authenticated';
import { readBody } from './read-body';
import { resourceOfHandler } from './route-inventory';
import { requestedArn } from './route-resource';

/** Methods of which two are more than one (RFC 9110 §9.2.2). */
const NOT_IDEMPOTENT = new Set(['POST', 'PATCH']);

/**
 * Lets nobody in without a principal whose policies allow the route's action on its resource. A route that names no action lets
 * nobody in at all.
 */
@Injectable()
export class AuthenticationGuard implements CanActivate {
  constructor(
    @Inject(Reflector) private readonly reflector: Reflector,
    @Inject(Authenticator) private readonly authenticator: Authenticator,
    @Inject(AccessKeyUses) private readonly uses: AccessKeyUses,
    @Inject(UsedSignatures) private readonly usedSignatures: UsedSignatures,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const handler = context.getHandler();
    if (this.reflector.get<boolean | undefined>(OPEN, handler) === true) return true;
    const action = this.reflector.get<string | undefined>(ACTION, handler);
    const resource = resourceOfHandler(context.getClass(), handler);
    if (action === undefined || resource === null)
      throw new SluiceError('ACCESS_DENIED', 'The route is not open and names no action.');
    const request = context.switchToHttp().getRequest<AdminRequest>();
    const { method = 'GET', target, rawHeaders } = request;
    let body: Promise<Buffer> | null = null;
    const bodySha256Hex = async (): Promise<string> => {
      body ??= readBody(request);
      return createHash('sha256')
        .update(await body)
        .digest('hex');
    };
    const hasBody = announcesBody(request);
    const { principal, signed } = await this.authenticator.authenticate({
      method,
      target,
      rawHeaders,
      hasBody,
      bodySha256Hex,
    });
    const epochMs = Date.now();
    this.uses.note(principal.accessKeyId, signed?.service ?? 'basic', epochMs);
    if (this.reflector.get<boolean | undefined>(ANY_PRINCIPAL, handler) !== true)
      assertAllowed(principal, action, requestedArn(resource, request), request, epochMs);
    const repeatable = this.reflector.get<boolean | undefined>(REPEATABLE, handler) === true;
    if (signed !== null && NOT_IDEMPOTENT.has(method) && !repeatable) await this.usedSignatures.use(signed);
    request.principal = principal;
    request.body = await (body ?? readBody(request));
    return true;
  }
}

function assertAllowed(
  principal: Principal,
  action: string,
  resource: string,
  request: AdminRequest,
  epochMs: number,
): void {
  const { headers } = request;
  const context = new RequestConditions({
    principal,
    sourceIp: plainAddress(request.socket.remoteAddress ?? ''),
    userAgent: headers['user-agent'] ?? '',
    referer: headers.referer ?? '',
    secureTransport: false,
    epochMs,
  });
  const verdict = authorize({ principal, action, resource, context, resourcePolicy: null });
  if (verdict === 'allowed') return;
  const why = verdict === 'explicitDeny' ? 'a policy denies it' : 'no policy of the user or its groups allows it';
  throw new SluiceError('ACCESS_DENIED', `${principal.arn} may not ${action} on ${resource}: ${why}.`);
}

function announcesBody({ headers }: AdminRequest): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
