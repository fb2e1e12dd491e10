import { pipeline, type Readable } from 'node:stream';
import { promisify } from 'node:util';
import {
  brotliCompress,
  brotliCompressSync,
  constants,
  createBrotliCompress,
  createDeflate,
  createGzip,
  deflate,
  deflateSync,
  gzip,
  gzipSync,
} from 'node:zlib';
import { type ContentCoding } from './content-coding';

/** Below this the way to another thread and back costs more than the work. */
const INLINE_BYTES_MAX = 8 * 1024;
/** Quality 4 compresses like gzip's best at gzip's usual speed; the default 11 is for files that are compressed once. */
const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };
const gzipAsync = promisify(gzip);
const deflateAsync = promisify(deflate);
const brotliAsync = promisify(brotliCompress);

export function compressBuffer(body: Buffer, coding: ContentCoding): Buffer | Promise<Buffer> {
  const inline = body.length <= INLINE_BYTES_MAX;
  switch (coding) {
    case 'gzip':
      return inline ? gzipSync(body) : gzipAsync(body);
    case 'deflate':
      return inline ? deflateSync(body) : deflateAsync(body);
    case 'br':
      return inline ? brotliCompressSync(body, BROTLI) : brotliAsync(body, BROTLI);
  }
}

/** Ending either of the streams before its time ends the other. */
export function compressStream(body: Readable, coding: ContentCoding): Readable {
  const compressor =
    coding === 'gzip' ? createGzip() : coding === 'deflate' ? createDeflate() : createBrotliCompress(BROTLI);
  return pipeline(body, compressor, () => undefined); // who reads the compressor learns of an error there
}
