import { type Loader, type OnResolveArgs, type Plugin } from 'esbuild';
import { posix } from 'node:path';
import { quoted } from './diagnostics';
import { resolveImport } from './module-resolution';

/** The esbuild namespace of uploaded files: an input outside it did not come from the upload. */
export const UPLOAD_NAMESPACE = 'u';

export const COMPUTED_IMPORT_MESSAGE =
  'Imports with a computed path are not supported: import every file by its own literal path.';

const LOADERS: Readonly<Record<string, Loader>> = {
  '.ts': 'ts',
  '.mts': 'ts',
  '.cts': 'ts',
  '.tsx': 'tsx',
  '.js': 'js',
  '.mjs': 'js',
  '.cjs': 'js',
  '.jsx': 'jsx',
  '.json': 'json',
};

/** Makes the uploaded files the only files there are. */
export function virtualFiles(files: ReadonlyMap<string, string>): Plugin {
  return {
    name: 'upload',
    setup(build) {
      build.onResolve({ filter: /.*/ }, (args) => {
        if (args.kind === 'entry-point') return { path: args.path, namespace: UPLOAD_NAMESPACE };
        const problem = problemOfImport(args);
        if (problem !== undefined) return { errors: [{ text: problem }] };
        const kind = args.kind === 'require-call' || args.kind === 'require-resolve' ? 'require' : 'import';
        const resolution = resolveImport(files, args.importer, args.path, kind);
        if ('problem' in resolution) return { errors: [{ text: resolution.problem }] };
        return { path: resolution.path, namespace: UPLOAD_NAMESPACE };
      });

      // No `resolveDir`: without one esbuild has no directory to look up anything on the disk.
      build.onLoad({ filter: /.*/, namespace: UPLOAD_NAMESPACE }, ({ path }) => {
        const loader = LOADERS[posix.extname(path)];
        const contents = files.get(path);
        if (loader === undefined || contents === undefined) {
          const known = Object.keys(LOADERS).join(' ');
          return { errors: [{ text: `Cannot import ${quoted(path)}: only ${known} files can be imported.` }] };
        }
        return { contents, loader };
      });

      // A template string in import() or require() makes esbuild list directories of the disk by itself, without asking onResolve;
      // what it finds arrives here, in the namespace `file`. One text for all of them: a name or a count would tell what exists.
      build.onLoad({ filter: /.*/ }, () => ({ errors: [{ text: COMPUTED_IMPORT_MESSAGE }] }));
    },
  };
}

function problemOfImport(args: OnResolveArgs): string | undefined {
  if (args.namespace !== UPLOAD_NAMESPACE) return 'Only files of the upload can import files.';
  for (const [attribute, value] of Object.entries(args.with)) {
    if (attribute !== 'type' || value !== 'json' || !args.path.endsWith('.json')) {
      return `The import attribute ${quoted(attribute)}: ${quoted(value)} is not supported (only "type": "json" of a .json file).`;
    }
  }
  return undefined;
}
