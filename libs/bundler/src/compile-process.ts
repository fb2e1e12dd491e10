/**
 * Main module of a compile process: waits for one upload, compiles it, answers, and waits to be killed with its whole process group.
 * Started by compile-process-handle.ts with resource limits, an empty environment and a working directory that is removed before
 * the upload arrives.
 */
import { type BuildRequest, type CompileReply } from './compile-messages';
import { buildUpload } from './build';

const directory = process.cwd();

// The parent has gone, however it went: take esbuild along, in whatever state it is.
process.once('disconnect', () => process.kill(-process.pid, 'SIGKILL'));

process.once('message', (request: BuildRequest) => {
  buildUpload(request, directory).then(
    (result) => reply({ kind: 'built', result }),
    () => reply({ kind: 'exhausted' }),
  );
});

void start();

/** The first build starts esbuild's service and warms it, so that the upload finds both running. */
async function start(): Promise<void> {
  const files = [['index.ts', 'export const handler = (event: unknown) => event;']] as const;
  await buildUpload({ kind: 'build', files, entry: 'index.ts', bundleBytesMax: 65_536 }, directory);
  reply({ kind: 'ready' });
}

function reply(message: CompileReply): void {
  process.send?.(message);
}
