import { controlPlaneArn } from '@sluice/contracts';
import { type AdminRequest } from './admin-request';
import { type ResourceOf } from './authenticated';

/**
 * What the action of a route is about when the route does not say so: the first thing its path names, for everything below it as well,
 * such as `function/{name}` for `/v1/functions/{name}/versions`; `function/*` where it names none. null = the path is none of `/v1`.
 */
export function resourceOfPath(path: string): string | null {
  const [, version, collection, name] = path.split('/');
  if (version !== 'v1' || collection === undefined) return null;
  return `${singular(collection)}/${name?.startsWith('{') === true ? name : '*'}`;
}

/** The ARN a request is about, for policies. */
export function requestedArn(resource: ResourceOf, request: AdminRequest): string {
  const text = typeof resource === 'function' ? resource(request) : filled(resource, request.params);
  return text.startsWith('arn:') ? text : controlPlaneArn(text);
}

function filled(template: string, parameters: Readonly<Record<string, string>>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => parameters[name] ?? '*');
}

function singular(collection: string): string {
  return collection.replace(/ies$/, 'y').replace(/s$/, '');
}
