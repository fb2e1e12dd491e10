import 'reflect-metadata';
import { RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { ACTION, OPEN, RESOURCE, type ResourceOf } from './authenticated';
import { resourceOfPath } from './route-resource';

export interface ControllerRoute {
  readonly method: string;
  /** As OpenAPI writes it: `/v1/functions/{name}`. */
  readonly path: string;
  /** What a principal must be allowed to do; null = the route is open. */
  readonly action: string | null;
  /** What the action is about; null = nobody said, and the path does not tell. */
  readonly resource: ResourceOf | null;
  readonly open: boolean;
}

/** Every route of the controllers, read from their decorators: what the specs check and what tells 405 from 404. */
export class RouteInventory {
  readonly routes: readonly ControllerRoute[];

  constructor(controllers: readonly Type[]) {
    this.routes = controllers.flatMap(routesOf);
  }

  /** The methods a path takes; none = there is no such path. */
  methodsOf(path: string): string[] {
    const segments = path.split('/');
    return [...new Set(this.routes.filter((route) => matches(route.path, segments)).map((route) => route.method))];
  }
}

/** What the decorator of a handler says it is about, else what its first path begins with. */
export function resourceOfHandler(controller: Type, handler: object): ResourceOf | null {
  const said = Reflect.getMetadata(RESOURCE, handler) as ResourceOf | undefined;
  if (said !== undefined) return said;
  const [prefix = ''] = [Reflect.getMetadata(PATH_METADATA, controller) as string | string[]].flat();
  const [path = ''] = [Reflect.getMetadata(PATH_METADATA, handler) as string | string[]].flat();
  return resourceOfPath(openApiPath(prefix, path));
}

function routesOf(controller: Type): ControllerRoute[] {
  const prefixes = [Reflect.getMetadata(PATH_METADATA, controller) as string | string[]].flat();
  const prototype = controller.prototype as Record<string, unknown>;
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const handler = prototype[name] as object;
    const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
    if (method === undefined) return [];
    const paths = [Reflect.getMetadata(PATH_METADATA, handler) as string | string[]].flat();
    return prefixes.flatMap((prefix) =>
      paths.map((path) => ({
        method: RequestMethod[method],
        path: openApiPath(prefix, path),
        action: (Reflect.getMetadata(ACTION, handler) as string | undefined) ?? null,
        resource: resourceOfHandler(controller, handler),
        open: Reflect.getMetadata(OPEN, handler) === true,
      })),
    );
  });
}

function openApiPath(prefix: string, path: string): string {
  const segments = `${prefix}/${path}`.split('/').filter((segment) => segment !== '');
  return `/${segments.map((segment) => (segment.startsWith(':') ? `{${segment.slice(1)}}` : segment)).join('/')}`;
}

function matches(path: string, segments: readonly string[]): boolean {
  const pattern = path.split('/');
  return (
    pattern.length === segments.length &&
    pattern.every((part, i) => (part.startsWith('{') ? segments[i] !== '' : part === segments[i]))
  );
}
