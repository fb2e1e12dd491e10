import { CONTROLLERS } from '../control-plane.module';
import { openApiDocument } from '../openapi/openapi-document';
import { RouteInventory } from './route-inventory';
import { resourceOfPath } from './route-resource';

const { routes } = new RouteInventory(CONTROLLERS);
const names = routes.map(({ method, path }) => `${method} ${path}`).sort();

test('every route under /v1, and the AWS path, needs a principal with an action', () => {
  const guarded = routes.filter(({ path }) => /^\/(v1|2015-03-31)\//.test(path));
  expect(guarded.length).toBeGreaterThan(14);
  for (const route of guarded) {
    expect(route).toMatchObject({
      open: false,
      action: expect.stringMatching(/^(sluice|lambda):[A-Z][A-Za-z]+$/) as string,
    });
  }
});

test('every guarded route says what its action is about, in parameters that its path has', () => {
  for (const { path, open, resource } of routes) {
    if (open) continue;
    if (typeof resource === 'function') continue;
    expect(resource).toMatch(/^[a-z-]+\/(\*|[a-z-{}/A-Z]+)$/);
    for (const [, name] of (resource ?? '').matchAll(/\{(\w+)\}/g)) expect(path).toContain(`{${name}}`);
  }
});

test('a resource comes from what the path names first', () => {
  expect(resourceOfPath('/v1/functions/{name}/versions/{version}/source')).toBe('function/{name}');
  expect(resourceOfPath('/v1/functions')).toBe('function/*');
  expect(resourceOfPath('/v1/policies/simulate')).toBe('policy/*');
  expect(resourceOfPath('/2015-03-31/functions/{name}/invocations')).toBeNull();
});

test('open are health, metrics and documentation, and nothing else', () => {
  const open = routes.filter(({ open }) => open).map(({ path }) => path);
  expect(open.sort()).toEqual(['/docs', '/health/live', '/health/ready', '/metrics', '/openapi.json']);
});

test('the OpenAPI document has every route, and every route of it is there', () => {
  const documented = Object.entries(openApiDocument('/').paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(documented.sort()).toEqual(names);
});

test('every parameter of a path is documented, and every schema that is referred to exists', () => {
  const document = openApiDocument('/');
  for (const [path, methods] of Object.entries(document.paths)) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    for (const { parameters = [] } of Object.values(methods)) {
      const documented = (parameters as { name: string; in: string }[]).filter((parameter) => parameter.in === 'path');
      expect(documented.map(({ name }) => name)).toEqual(inPath);
    }
  }
  const text = JSON.stringify(document);
  const { schemas } = document.components as { schemas: Record<string, object> };
  const referred = new Set([...text.matchAll(/#\/components\/schemas\/(\w+)/g)].map(([, name]) => name));
  expect([...referred].sort()).toEqual(Object.keys(schemas).sort());
});

test('methods of a path, for 405', () => {
  const inventory = new RouteInventory(CONTROLLERS);
  expect(inventory.methodsOf('/v1/apis/a')).toEqual(['PUT', 'GET', 'DELETE']);
  expect(inventory.methodsOf('/v1/apis/')).toEqual([]);
  expect(inventory.methodsOf('/v2/apis')).toEqual([]);
});
