import { pipeline, Transform, type Readable } from 'node:stream';

/**
 * Hands a stream on as it comes and collects what passes. `done` is told the whole body once it has passed, null when it was over `bytesMax`;
 * `failed` when it broke or nobody reads it any more. Exactly one of them is called.
 */
export function collecting(
  body: Readable,
  bytesMax: number,
  done: (whole: Buffer | null) => void,
  failed: (error: unknown) => void,
): Readable {
  let chunks: Buffer[] | null = [];
  let bytes = 0;
  const collector = new Transform({
    transform(chunk: Buffer, _encoding, next) {
      bytes += chunk.length;
      if (bytes > bytesMax) chunks = null;
      chunks?.push(chunk);
      next(null, chunk);
    },
  });
  pipeline(body, collector, (error) => {
    if (error) failed(error);
    else done(chunks === null ? null : Buffer.concat(chunks, bytes));
  });
  return collector;
}
