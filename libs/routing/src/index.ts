export { canonicalPath, type CanonicalPath } from './canonical-path';
export {
  parseRouteKey,
  ROUTE_KEY_CHARS_MAX,
  ROUTE_METHODS,
  type RouteKey,
  type RouteSegment,
  routeShape,
} from './route-key';
export { compileRoutes, keyedRoutes, type KeyedRoute, type RouteMatch, RouteTable } from './route-table';
