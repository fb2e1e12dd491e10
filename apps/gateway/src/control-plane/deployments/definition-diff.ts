import { type ApiDefinition } from '@sluice/contracts';

/** One difference: where, what stands there in the first and in the second; a side without it says nothing. */
export interface Difference {
  readonly path: string;
  readonly from?: unknown;
  readonly to?: unknown;
}

export interface DefinitionDiff {
  readonly routes: {
    readonly added: readonly string[];
    readonly removed: readonly string[];
    readonly changed: readonly { readonly route: string; readonly differences: readonly Difference[] }[];
  };
  /** Everything but the routes. */
  readonly settings: readonly Difference[];
}

/** What differs between two definitions of an API, routes by their route key. */
export function definitionDiff(from: ApiDefinition, to: ApiDefinition): DefinitionDiff {
  const before = new Map(from.routes.map((route) => [route.route, route]));
  const after = new Map(to.routes.map((route) => [route.route, route]));
  const changed = [...after].flatMap(([route, definition]) => {
    const differences = before.has(route) ? differencesOf(before.get(route), definition, '') : [];
    return differences.length === 0 ? [] : [{ route, differences }];
  });
  return {
    routes: {
      added: [...after.keys()].filter((route) => !before.has(route)),
      removed: [...before.keys()].filter((route) => !after.has(route)),
      changed,
    },
    settings: differencesOf({ ...from, routes: null }, { ...to, routes: null }, ''),
  };
}

/** Objects member by member; lists as a whole, because a list that grew in front differs everywhere. */
function differencesOf(from: unknown, to: unknown, path: string): Difference[] {
  if (JSON.stringify(from) === JSON.stringify(to)) return [];
  if (!isObject(from) || !isObject(to)) {
    return [{ path, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) }];
  }
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])];
  return names.flatMap((name) => differencesOf(from[name], to[name], path === '' ? name : `${path}.${name}`));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
