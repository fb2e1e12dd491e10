/**
 * One esbuild run over an upload. Runs only inside a compile process: hostile source may kill esbuild's service, and takes this
 * process's esbuild with it, nobody else's.
 */
import { build as esbuild, type Message, type Metafile } from 'esbuild';
import { createHash } from 'node:crypto';
import { type BuildRequest, type CompileFailure, type CompileResult } from './compile-messages';
import { atStartOf, boundDiagnostics, type Diagnostic } from './diagnostics';
import { COMPUTED_IMPORT_MESSAGE, UPLOAD_NAMESPACE, virtualFiles } from './virtual-files';

const OUTPUT_PATH = '/function.js';
/** A map larger than this is an attack (constant folding that repeats names), not a program of at most 5 MiB. */
const SOURCE_MAP_BYTES_MAX = 24 * 1024 * 1024;
const PREFIX = `${UPLOAD_NAMESPACE}:`;

/** Rejects only when esbuild itself failed, never for what the source says. `directory` is empty, or gone. */
export async function buildUpload(request: BuildRequest, directory: string): Promise<CompileResult> {
  const files = new Map(request.files);
  const { entry } = request;
  let output;
  try {
    output = await esbuild({
      entryPoints: [entry],
      outfile: OUTPUT_PATH,
      absWorkingDir: directory,
      write: false,
      bundle: true,
      metafile: true,
      format: 'iife',
      globalName: '__sluice_exports',
      platform: 'neutral',
      target: 'es2024',
      charset: 'utf8',
      // Readable stack traces are worth more than the bytes: a package is loaded once per environment, with a code cache.
      minify: false,
      keepNames: false,
      legalComments: 'none',
      sourcemap: 'external',
      // esbuild would fill gaps in a source map that the upload carries by reading the files that map names.
      sourcesContent: false,
      // Given here, no tsconfig.json is looked up anywhere.
      tsconfigRaw: { compilerOptions: { target: 'es2024', useDefineForClassFields: true, jsx: 'react-jsx' } },
      jsx: 'automatic',
      logLevel: 'silent',
      logLimit: 50,
      // An import pattern that matches nothing on the disk must look like one that matches something.
      logOverride: { 'empty-glob': 'error' },
      plugins: [virtualFiles(files)],
    });
  } catch (error) {
    if (!isBuildFailure(error)) throw error;
    return failure(error.errors.map((message) => toDiagnostic(message, entry, directory)));
  }
  const foreign = Object.keys(output.metafile.inputs).some((input) => !isUploaded(input, files));
  if (foreign) return failure([atStartOf(entry, COMPUTED_IMPORT_MESSAGE)]);

  const script = output.outputFiles.find((file) => file.path === OUTPUT_PATH);
  const map = output.outputFiles.find((file) => file.path === `${OUTPUT_PATH}.map`);
  if (script === undefined || map === undefined) throw new Error('esbuild wrote no output');
  if (script.contents.byteLength > request.bundleBytesMax || map.contents.byteLength > SOURCE_MAP_BYTES_MAX) {
    const message = `The compiled function has ${script.contents.byteLength} bytes; at most ${request.bundleBytesMax} are allowed.`;
    const tooLargeMap = 'The source map of the compiled function is too large.';
    return failure([atStartOf(entry, script.contents.byteLength > request.bundleBytesMax ? message : tooLargeMap)]);
  }
  const code = strictDirective(output.metafile) + script.text;
  return {
    ok: true,
    code,
    sourceMap: ownSourceMap(map.text, files),
    sha256: createHash('sha256').update(code).digest('hex'),
    sizeBytes: Buffer.byteLength(code),
    entry,
  };
}

/**
 * ES modules are strict code, but esbuild does not say so in a script. The directive stands on the first line, where nothing is
 * mapped. A package that contains CommonJS files stays sloppy as a whole, since those may depend on it.
 */
function strictDirective(metafile: Metafile): string {
  return Object.values(metafile.inputs).some((input) => input.format === 'cjs') ? '' : '"use strict";';
}

/** The map with the names and contents of the uploaded files, and nothing that esbuild or the upload put there instead. */
function ownSourceMap(text: string, files: ReadonlyMap<string, string>): string {
  const map = JSON.parse(text) as { sources: (string | null)[]; mappings: string; names: string[] };
  const sources = map.sources.map((source) =>
    source !== null && isUploaded(source, files) ? source.slice(PREFIX.length) : null,
  );
  return JSON.stringify({
    version: 3,
    // Sources of a map inside an uploaded file have names of its author's choice.
    sources: sources.map((source, index) => source ?? foreignSourceName(map.sources[index] ?? '')),
    sourcesContent: sources.map((source) => (source === null ? null : (files.get(source) ?? null))),
    mappings: map.mappings,
    names: map.names,
  });
}

function foreignSourceName(name: string): string {
  const segments = name.split(/[/\\]/).filter((segment) => segment !== '' && segment !== '.' && segment !== '..');
  return `inline-source-map/${segments
    .slice(-2)
    .join('/')
    .replace(/[^A-Za-z0-9._@/+-]/g, '_')
    .slice(-200)}`;
}

function isUploaded(name: string, files: ReadonlyMap<string, string>): boolean {
  return name.startsWith(PREFIX) && files.has(name.slice(PREFIX.length));
}

function isBuildFailure(error: unknown): error is { errors: Message[] } {
  return error instanceof Error && 'errors' in error && Array.isArray(error.errors) && error.errors.length > 0;
}

function failure(diagnostics: readonly Diagnostic[]): CompileFailure {
  return { ok: false, diagnostics: boundDiagnostics(diagnostics) };
}

function toDiagnostic({ id, text, location }: Message, entry: string, directory: string): Diagnostic {
  const message = readableMessage(id, text).replaceAll(`"${PREFIX}`, '"').replaceAll(directory, '.');
  if (location === null || !location.file.startsWith(PREFIX)) return atStartOf(entry, message);
  // esbuild counts columns in bytes of UTF-8, from 0.
  const before = Buffer.from(location.lineText).subarray(0, location.column).toString();
  return { file: location.file.slice(PREFIX.length), line: location.line, column: before.length + 1, message };
}

function readableMessage(id: string, text: string): string {
  if (id === 'empty-glob' || /^Could not resolve (import|require)\(/.test(text)) return COMPUTED_IMPORT_MESSAGE;
  if (text.startsWith('Top-level await')) {
    return 'Top-level await is not supported: await inside the handler, or keep the promise and await it there.';
  }
  return text;
}
