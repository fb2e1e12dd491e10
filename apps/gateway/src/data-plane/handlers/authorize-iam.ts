import { createHash } from 'node:crypto';
import { SluiceError } from '@sluice/contracts';
import { type SignatureRules, type SignedRequest } from '@sluice/iam';
import { SignatureError } from '@sluice/signature-v4';
import { IamAuthorization } from '../access/iam-authorization';
import { RouteAccess } from '../access/route-access';
import { withoutSignature } from '../access/without-signature';
import { announcesBody } from '../integrations/request-body';
import { type PipelineParts } from '../pipeline-parts';
import { type Routed } from '../request-context';
import { type Handler } from '../request-pipeline';
import { type RouteBlueprint } from '../routes/route-blueprint';
import { readWholeBody } from './read-body';

/** A body whose hash was not sent is read before its caller is proven. */
const UNPROVEN_BODY_BYTES_MAX = 1024 * 1024;

/**
 * Routes with `authorization: "IAM"`: AWS Signature Version 4, and policies that allow the call. What is signed is taken from the
 * request afterwards: neither the Authorization header nor a presigned signature reaches the integration.
 */
export function compileAuthorizeIam(route: RouteBlueprint, { access }: PipelineParts): Handler {
  const routeAccess = new RouteAccess(route);
  const rules: SignatureRules = {
    services: [route.style === 'function-url' ? 'lambda' : 'execute-api'],
    allowUnsignedPayload: route.definition.allowUnsignedPayload === true,
  };

  const unprovenBytesMax = Math.min(UNPROVEN_BODY_BYTES_MAX, route.definition.bodyBytesMax ?? UNPROVEN_BODY_BYTES_MAX);

  const letIn = (context: Routed, signed: SignedRequest): void => {
    const { principal } = signed.accessKey;
    access.uses.note(principal.accessKeyId, signed.service, context.receivedEpochMs);
    const verdict = routeAccess.verdict(context, principal);
    if (verdict !== 'allowed') throw routeAccess.refusal(context, principal, verdict);
    context.authorization = new IamAuthorization(principal, context, routeAccess);
    if (signed.presigned) context.rawQuery = withoutSignature(context.rawQuery);
    else context.headers = context.headers.without('authorization');
  };

  return (context) => {
    const { request, headers, method } = context;
    const unread = { method, target: request.url ?? '', rawHeaders: headers.raw, hasBody: announcesBody(context) };
    const signed = refusing(() => access.signatures.verify(unread, rules));
    if (signed === null) throw new SluiceError('MISSING_AUTHENTICATION_TOKEN', NOT_SIGNED);
    if (signed.bodyOwes !== 'signature') {
      if (signed.bodyOwes === 'hash') context.signed = signed;
      return letIn(context, signed);
    }
    return readWholeBody(context, unprovenBytesMax).then(() => {
      confirm(context, signed);
      letIn(context, signed);
    });
  };
}

/** After the body was read: it must be the one that was signed. */
export function compileVerifyBody(route: RouteBlueprint): Handler | null {
  if (route.definition.authorization !== 'IAM') return null;
  return (context) => {
    if (context.signed !== null) confirm(context, context.signed);
  };
}

function confirm(context: Routed, signed: SignedRequest): void {
  refusing(() => signed.confirmBody(createHash('sha256').update(context.body).digest('hex')));
}

/** AWS calls a signature whose time is over an expired token, and every other one invalid. */
function refusing<T>(verify: () => T): T {
  try {
    return verify();
  } catch (error) {
    if (!(error instanceof SignatureError)) throw error;
    const code = error.kind === 'expired' ? 'EXPIRED_TOKEN' : 'INVALID_SIGNATURE';
    throw new SluiceError(code, error.message, { cause: error });
  }
}

const NOT_SIGNED = 'Sign the request with AWS Signature Version 4 (curl --aws-sigv4), or use a presigned URL.';
