import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate } from 'node:zlib';
import { SluiceError } from '@sluice/contracts';

type Decode = (body: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>;
const DECODERS: Readonly<Record<string, Decode>> = {
  gzip: promisify(gunzip),
  'x-gzip': promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
};

/**
 * A request's body as it was before its Content-Encoding. Never makes more than `bytesMax` of it, however small it came.
 * Throws UNSUPPORTED_MEDIA_TYPE for a coding that is not known or more than one, PAYLOAD_TOO_LARGE, and BAD_REQUEST for broken bytes.
 */
export async function decodeBody(body: Buffer, contentEncoding: string, bytesMax: number): Promise<Buffer> {
  const coding = contentEncoding.trim().toLowerCase();
  if (coding === 'identity' || coding === '') return body;
  const decode = Object.hasOwn(DECODERS, coding) ? DECODERS[coding] : undefined;
  if (decode === undefined) {
    throw new SluiceError(
      'UNSUPPORTED_MEDIA_TYPE',
      `The Content-Encoding "${coding.slice(0, 40)}" is not known; send one of gzip, deflate, br or none.`,
    );
  }
  try {
    return await decode(body, { maxOutputLength: bytesMax });
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE')
      throw new SluiceError('PAYLOAD_TOO_LARGE', `The body is over ${bytesMax} bytes once it is decompressed.`);
    throw new SluiceError('BAD_REQUEST', `The body is not ${coding}, as its Content-Encoding says.`, { cause });
  }
}
