import { SluiceError } from '@sluice/contracts';
import { NO_RESPONSE } from '../responses/proxy-response';
import { type Received, type Routed } from '../request-context';
import { type RouteDirectory } from '../routes/route-directory';

const EMPTY = Buffer.alloc(0);

/** Finds the API or function by the first path segments and the route below it. Throws ROUTE_NOT_FOUND. */
export function matchRoute(routes: RouteDirectory, received: Received): Routed {
  const match = routes.match(received.method, received.path);
  if (match === null) throw new SluiceError('ROUTE_NOT_FOUND', 'No route matches this method and path.');
  return {
    ...received,
    route: match.route,
    routedPath: match.path,
    pathParameters: match.pathParameters,
    body: EMPTY,
    answer: NO_RESPONSE,
    integrationMs: 0,
  };
}
