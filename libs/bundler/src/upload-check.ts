import { LIMITS } from '@sluice/contracts';
import { atStartOf, boundDiagnostics, quoted, type Diagnostic } from './diagnostics';
import { moduleFileCandidates, packageMain } from './module-resolution';

export interface Upload {
  /** Source texts by path. Paths are relative to the function's root and use `/`. */
  readonly files: Readonly<Record<string, string>>;
  /** Defaults to `index.{ts,tsx,mts,js,mjs}`, then to `main` of `package.json`. */
  readonly entry?: string;
}

export interface CheckedUpload {
  readonly ok: true;
  readonly files: ReadonlyMap<string, string>;
  readonly entry: string;
}

/** Deeper than any hand-written or minified source, and far from where a recursive parser runs out of its stack. */
const NESTING_DEPTH_MAX = 10_000;
const PATH_CHARACTERS_MAX = 255;
const DEFAULT_ENTRIES = ['index.ts', 'index.tsx', 'index.mts', 'index.js', 'index.mjs'];

/**
 * Everything that can be refused without a compiler: counts, sizes, paths, the entry, and bracket nesting that exists only to
 * exhaust one. Linear in the size of the upload (about 2 ms per MiB), so it runs in the caller's process.
 */
export function checkUpload(
  upload: Upload,
): CheckedUpload | { readonly ok: false; readonly diagnostics: Diagnostic[] } {
  const files = new Map(Object.entries(upload.files));
  const problems = sizeProblems(files);
  if (problems.length > 0) return { ok: false, diagnostics: boundDiagnostics(problems) };

  const entry = findEntry(files, upload.entry);
  if (entry === undefined) {
    return { ok: false, diagnostics: boundDiagnostics([missingEntry(files, upload.entry)]) };
  }
  return { ok: true, files, entry };
}

function sizeProblems(files: ReadonlyMap<string, string>): Diagnostic[] {
  if (files.size === 0) return [atStartOf('index.ts', 'The upload has no files.')];
  if (files.size > LIMITS.sourceFilesMax) {
    return [atStartOf('index.ts', `The upload has ${files.size} files; at most ${LIMITS.sourceFilesMax} are allowed.`)];
  }
  const problems: Diagnostic[] = [];
  let totalBytes = 0;
  for (const [path, text] of files) {
    const pathProblem = problemOfPath(path);
    if (pathProblem !== undefined) problems.push(atStartOf(path, pathProblem));
    if (typeof text !== 'string') {
      problems.push(atStartOf(path, 'The content of a file must be a string.'));
      continue;
    }
    const bytes = Buffer.byteLength(text);
    totalBytes += bytes;
    if (bytes > LIMITS.sourceBytesMax) {
      problems.push(atStartOf(path, `The file has ${bytes} bytes; at most ${LIMITS.sourceBytesMax} are allowed.`));
    } else {
      const tooDeep = findExcessiveNesting(text);
      if (tooDeep !== undefined) {
        problems.push({
          file: path,
          ...tooDeep,
          message: `Brackets are nested deeper than ${NESTING_DEPTH_MAX} levels.`,
        });
      }
    }
  }
  if (totalBytes > LIMITS.sourceMapBytesMax) {
    const message = `The files have ${totalBytes} bytes in total; at most ${LIMITS.sourceMapBytesMax} are allowed.`;
    problems.push(atStartOf('index.ts', message));
  }
  return problems;
}

function problemOfPath(path: string): string | undefined {
  if (path.length === 0 || path.length > PATH_CHARACTERS_MAX) {
    return `A file path must have 1 to ${PATH_CHARACTERS_MAX} characters.`;
  }
  if (!/^[A-Za-z0-9._@/+-]+$/.test(path)) return 'A file path may use only letters, digits and . _ @ / + -';
  if (path.split('/').some((segment) => segment === '' || segment === '.' || segment === '..')) {
    return 'A file path must be relative, without empty, "." or ".." segments.';
  }
  return undefined;
}

function findEntry(files: ReadonlyMap<string, string>, wanted: string | undefined): string | undefined {
  if (wanted !== undefined) {
    const path = wanted.replace(/^\.\//, '');
    return files.has(path) ? path : undefined;
  }
  const main = packageMain(files.get('package.json'));
  return (
    DEFAULT_ENTRIES.find((path) => files.has(path)) ??
    (main === undefined ? undefined : moduleFileCandidates(main.replace(/^\.\//, '')).find((path) => files.has(path)))
  );
}

function missingEntry(files: ReadonlyMap<string, string>, wanted: string | undefined): Diagnostic {
  const listed = [...files.keys()].slice(0, 10).map(quoted).join(', ');
  const more = files.size > 10 ? ` and ${files.size - 10} more` : '';
  const missing =
    wanted === undefined
      ? `No entry file: expected one of ${DEFAULT_ENTRIES.join(', ')}, "main" in package.json, or "entry" in the configuration.`
      : `The entry file ${quoted(wanted)} is not in the upload.`;
  return atStartOf(wanted ?? 'index.ts', `${missing} The upload has ${listed}${more}.`);
}

/**
 * Where brackets first nest deeper than allowed. Text is not tokenised: brackets inside strings and comments count too, which is
 * why the limit is far above anything real.
 */
function findExcessiveNesting(text: string): { line: number; column: number } | undefined {
  let depth = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text.charCodeAt(index);
    if (character === 0x28 || character === 0x5b || character === 0x7b) {
      depth += 1;
      if (depth > NESTING_DEPTH_MAX) {
        const lines = text.slice(0, index).split('\n');
        return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
      }
    } else if ((character === 0x29 || character === 0x5d || character === 0x7d) && depth > 0) {
      depth -= 1;
    }
  }
  return undefined;
}
