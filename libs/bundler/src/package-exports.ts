/**
 * `exports` of a package.json, as in the Node documentation ("Packages", PACKAGE_EXPORTS_RESOLVE), for the runtimes that functions
 * are written for. Deviation: a target array means its first usable element, and invalid shapes resolve to nothing.
 */
export type ImportKind = 'import' | 'require';

const CONDITIONS = ['workerd', 'worker', 'browser', 'module', 'default'];
const TARGET_DEPTH_MAX = 20;

/** The file (`./…`, relative to the package) that `subpath` (`.` or `./…`) means, or undefined. */
export function resolvePackageExports(exported: unknown, subpath: string, kind: ImportKind): string | undefined {
  if (!hasSubpaths(exported)) return subpath === '.' ? resolveTarget(exported, '', kind, 0) : undefined;
  if (Object.hasOwn(exported, subpath) && !subpath.includes('*')) return resolveTarget(exported[subpath], '', kind, 0);
  const patterns = Object.keys(exported).filter((key) => key.split('*').length === 2);
  // The longest prefix is the most specific pattern.
  patterns.sort((left, right) => right.indexOf('*') - left.indexOf('*') || right.length - left.length);
  for (const pattern of patterns) {
    const [before = '', after = ''] = pattern.split('*');
    if (subpath.length >= pattern.length && subpath.startsWith(before) && subpath.endsWith(after)) {
      const wildcard = subpath.slice(before.length, subpath.length - after.length);
      const climbs = wildcard.split('/').some((segment) => segment === '.' || segment === '..');
      return climbs ? undefined : resolveTarget(exported[pattern], wildcard, kind, 0);
    }
  }
  return undefined;
}

function hasSubpaths(exported: unknown): exported is Record<string, unknown> {
  return (
    typeof exported === 'object' &&
    exported !== null &&
    !Array.isArray(exported) &&
    Object.keys(exported).some((key) => key.startsWith('.'))
  );
}

function resolveTarget(target: unknown, wildcard: string, kind: ImportKind, depth: number): string | undefined {
  if (depth > TARGET_DEPTH_MAX) return undefined;
  if (typeof target === 'string') return target.startsWith('./') ? target.replaceAll('*', () => wildcard) : undefined;
  if (typeof target !== 'object' || target === null) return undefined;
  // Conditions are tried in the order the package wrote them.
  const alternatives = Array.isArray(target)
    ? target
    : Object.entries(target).flatMap(([condition, value]: [string, unknown]) =>
        condition === kind || CONDITIONS.includes(condition) ? [value] : [],
      );
  for (const alternative of alternatives) {
    const resolved = resolveTarget(alternative, wildcard, kind, depth + 1);
    if (resolved !== undefined) return resolved;
  }
  return undefined;
}
