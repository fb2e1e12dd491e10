/**
 * Resolution of imports inside an upload. Rules: TypeScript's "bundler" resolution (extensions may be left out, `.js` may name a
 * `.ts` file, `index` files of directories) and Node's package lookup (`node_modules` beside the importer, then further up;
 * `exports`, `module`, `main`). Deviations: nothing outside the uploaded files exists, so there are no Node built-ins, no URLs and
 * no absolute paths; `imports` (`#name`) and a package's reference to itself are not supported.
 */
import { builtinModules } from 'node:module';
import { posix } from 'node:path';
import { quoted } from './diagnostics';
import { resolvePackageExports, type ImportKind } from './package-exports';

export type Resolution = { readonly path: string } | { readonly problem: string };

type Files = ReadonlyMap<string, string>;

const EXTENSIONS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json'];
const BUILTINS = new Set(builtinModules);

export function resolveImport(files: Files, importer: string, specifier: string, kind: ImportKind): Resolution {
  if (specifier.startsWith('node:')) return { problem: `${quoted(specifier)} is not available in functions.` };
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(specifier)) {
    return { problem: `Cannot import ${quoted(specifier)}: only files of the upload can be imported, not URLs.` };
  }
  if (specifier.startsWith('/') || specifier.includes('\\') || specifier.includes('\0')) {
    return { problem: `Cannot import ${quoted(specifier)}: the path must be relative ("./" or "../").` };
  }
  if (/^\.\.?(\/|$)/.test(specifier)) return resolveRelative(files, importer, specifier);
  if (specifier.startsWith('#')) {
    return { problem: `Cannot resolve ${quoted(specifier)}: "imports" of package.json are not supported.` };
  }
  return resolvePackage(files, importer, specifier, kind);
}

/** The files that an import of `path` may mean, in order of precedence. */
export function moduleFileCandidates(path: string): string[] {
  const written = /^(.*)\.([mc]?)js(x?)$/.exec(path);
  const typescript: string[] = [];
  if (written !== null) {
    const [, stem = '', moduleKind = '', jsx = ''] = written;
    typescript.push(`${stem}.${moduleKind}ts${jsx}`);
    if (moduleKind === '' && jsx === '') typescript.push(`${stem}.tsx`);
  }
  return [
    path,
    ...typescript,
    ...EXTENSIONS.map((extension) => path + extension),
    ...EXTENSIONS.map((extension) => `${path}/index${extension}`),
  ];
}

/** `main` of a package.json text; undefined when there is none or the text is no JSON object. */
export function packageMain(packageJson: string | undefined): string | undefined {
  const main = stringField(parsePackageJson(packageJson), 'main');
  return main === undefined || main === '' ? undefined : main;
}

function resolveRelative(files: Files, importer: string, specifier: string): Resolution {
  const path = insidePath(posix.dirname(importer), specifier);
  if (path === undefined) {
    return { problem: `Cannot import ${quoted(specifier)}: it leaves the function's files.` };
  }
  const directoryOnly = specifier.endsWith('/') || /(^|\/)\.\.?$/.test(specifier);
  const found = directoryOnly ? resolveDirectory(files, path) : resolveFile(files, path);
  if (found !== undefined) return { path: found };
  return {
    problem: `Cannot resolve ${quoted(specifier)}: the upload has no file ${quoted(path)} (with or without extension).`,
  };
}

function resolveFile(files: Files, path: string): string | undefined {
  return moduleFileCandidates(path).find((candidate) => files.has(candidate)) ?? resolveDirectory(files, path);
}

function resolveDirectory(files: Files, path: string): string | undefined {
  const prefix = path === '' ? '' : `${path}/`;
  const manifest = parsePackageJson(files.get(`${prefix}package.json`));
  for (const field of ['module', 'main']) {
    const target = stringField(manifest, field);
    const inside = target === undefined ? undefined : insidePath(path, target);
    const found =
      inside === undefined ? undefined : [...moduleFileCandidates(inside)].find((candidate) => files.has(candidate));
    if (found !== undefined) return found;
  }
  return EXTENSIONS.map((extension) => `${prefix}index${extension}`).find((candidate) => files.has(candidate));
}

function resolvePackage(files: Files, importer: string, specifier: string, kind: ImportKind): Resolution {
  const match = /^(@[^/]+\/[^/]+|[^@/][^/]*)(\/.*)?$/.exec(specifier);
  const name = match?.[1] ?? specifier;
  const subpath = `.${match?.[2] ?? ''}`;
  for (const directory of enclosingDirectories(posix.dirname(importer))) {
    const root = posix.join(directory, 'node_modules', name);
    const exported = parsePackageJson(files.get(`${root}/package.json`))?.['exports'];
    if (exported !== undefined && exported !== null) {
      const target = resolvePackageExports(exported, subpath, kind);
      const path = target === undefined ? undefined : posix.join(root, target);
      if (path !== undefined && path.startsWith(`${root}/`) && files.has(path)) return { path };
      return {
        problem: `Cannot resolve ${quoted(specifier)}: package ${quoted(name)} does not export ${quoted(subpath)}.`,
      };
    }
    const path = posix.join(root, subpath);
    if (path !== root && !path.startsWith(`${root}/`)) break;
    const found = subpath === '.' ? resolveDirectory(files, root) : resolveFile(files, path);
    if (found !== undefined) return { path: found };
  }
  return { problem: unresolvedPackage(specifier) };
}

function unresolvedPackage(specifier: string): string {
  if (BUILTINS.has(specifier)) return `${quoted(specifier)} is not available in functions.`;
  const what = `Cannot resolve ${quoted(specifier)}: packages must be uploaded with the function`;
  return /\/jsx-(dev-)?runtime$/.test(specifier)
    ? `${what}. JSX needs this one; "@jsxImportSource" selects another.`
    : `${what} (bundle them, or upload them under node_modules/).`;
}

/** `relative` seen from `directory`, or undefined when it climbs out of `directory`'s root, which is the upload's root. */
function insidePath(directory: string, relative: string): string | undefined {
  const path = posix.join(directory, relative).replace(/\/$/, '');
  if (path === '..' || path.startsWith('../') || path.startsWith('/')) return undefined;
  return path === '.' ? '' : path;
}

function enclosingDirectories(directory: string): string[] {
  const directories = [directory];
  for (let current = directory; current !== '.';) {
    current = posix.dirname(current);
    directories.push(current);
  }
  return directories;
}

function parsePackageJson(text: string | undefined): Record<string, unknown> | undefined {
  if (text === undefined) return undefined;
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? (parsed as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

function stringField(manifest: Record<string, unknown> | undefined, field: string): string | undefined {
  const value = manifest?.[field];
  return typeof value === 'string' ? value : undefined;
}
