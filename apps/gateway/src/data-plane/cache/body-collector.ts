import { pipeline, Transform, type Readable } from 'node:stream';

/**
 * Hands a stream on as it comes and collects what passes. `done` is told the whole body once it has passed, null as soon as it is over `bytesMax`;
 * `failed` when it broke or nobody reads it any more before that. Exactly one of them is called, and how fast somebody reads what is handed on
 * does not matter: up to `bytesMax` are taken from the stream ahead of him.
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
    readableHighWaterMark: bytesMax + 1,
    transform(chunk: Buffer, _encoding, next) {
      bytes += chunk.length;
      if (chunks !== null && bytes > bytesMax) {
        chunks = null;
        done(null);
      }
      chunks?.push(chunk);
      next(null, chunk);
    },
  });
  pipeline(body, collector, (error) => {
    if (chunks === null) return;
    if (error) failed(error);
    else done(Buffer.concat(chunks, bytes));
  });
  return collector;
}
