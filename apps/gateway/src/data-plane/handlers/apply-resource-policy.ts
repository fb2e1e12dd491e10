import { RouteAccess } from '../access/route-access';
import { type Handler } from '../request-pipeline';
import { type RouteBlueprint } from '../routes/route-blueprint';

/**
 * The resource policy of an API or function on routes whose callers are not IAM's: it looks at addresses, times and paths. Open and JWT
 * routes need its Allow; with a function authorizer only its Deny counts here, and the authorizer decides (AWS: the two as one).
 */
export function compileApplyResourcePolicy(route: RouteBlueprint): Handler | null {
  const { authorization = 'NONE' } = route.definition;
  // authorize-iam asks it together with the caller's own policies.
  if (authorization === 'IAM' || route.api.resourcePolicy === undefined) return null;
  const access = new RouteAccess(route);
  const byFunction = authorization !== 'NONE' && route.api.authorizers?.[authorization.authorizer]?.type === 'function';
  return (context) => {
    const verdict = access.verdict(context, null);
    if (verdict === 'explicitDeny' || (verdict === 'implicitDeny' && !byFunction))
      throw access.refusal(context, null, verdict);
  };
}
