import { SluiceError } from '@sluice/contracts';
import { compileAuthorizeFunction } from '../authorizers/function/authorize-function';
import { compileAuthorizeJwt } from '../authorizers/jwt/authorize-jwt';
import { compileAuthorizeIam } from './authorize-iam';
import { type PipelineParts } from '../pipeline-parts';
import { type Handler } from '../request-pipeline';
import { type RouteBlueprint } from '../routes/route-blueprint';

/** Finds out who is there, and whether they may: as the route says, by IAM, by a token or by a function. */
export function compileAuthorize(route: RouteBlueprint, parts: PipelineParts): Handler | null {
  const { authorization = 'NONE' } = route.definition;
  if (authorization === 'NONE') return null;
  if (authorization === 'IAM') return compileAuthorizeIam(route, parts);
  const { authorizer: name, scopes = [] } = authorization;
  const { authorizers = {} } = route.api;
  const settings = Object.hasOwn(authorizers, name) ? authorizers[name] : undefined;
  if (settings === undefined) return refuseEverybody(name);
  if (settings.type === 'jwt') return compileAuthorizeJwt(settings, scopes, parts.authorizers.jwt(settings));
  const { invocations, targets, authorizers: shared } = parts;
  return compileAuthorizeFunction(name, settings, route, { invocations, targets, decisions: shared.decisions });
}

/** A definition that was checked has all of its authorizers; a route without one must not be open. */
function refuseEverybody(name: string): Handler {
  return () => {
    throw new SluiceError('AUTHORIZER_CONFIGURATION_ERROR', `The API declares no authorizer "${name}".`);
  };
}
