import { SluiceError } from '@sluice/contracts';
import { type RequestContext, type Routed } from '../request-context';
import { type RouteDirectory } from '../routes/route-directory';

/** Finds the API, stage or function by host or first path segments, and the route below it. Throws ROUTE_NOT_FOUND. */
export function matchRoute(routes: RouteDirectory, received: RequestContext): Routed {
  const match = routes.match(received);
  if (match === null) refuseUnmatched();
  received.route = match.route;
  received.mount = match.mount;
  received.stagePath = match.stagePath;
  received.routedPath = match.path;
  received.pathParameters = match.pathParameters;
  // The route is there from here on, and a step never sees a request without one.
  return received as RequestContext & Routed;
}

export function refuseUnmatched(): never {
  throw new SluiceError('ROUTE_NOT_FOUND', 'No route matches this method and path.');
}
