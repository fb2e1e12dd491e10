import { type IncomingMessage } from 'node:http';
import { SluiceError } from '@sluice/contracts';

/** Uploads are the largest bodies: 5 MiB of sources as JSON, with room for its escapes. */
export const ADMIN_BODY_BYTES_MAX = 8 * 1024 * 1024;

/**
 * The body, byte for byte: signatures cover bytes, so nothing may decode or parse before authentication.
 * @throws SluiceError PAYLOAD_TOO_LARGE · UNSUPPORTED_MEDIA_TYPE (compressed) · BAD_REQUEST (the client left)
 */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    throw new SluiceError('UNSUPPORTED_MEDIA_TYPE', 'Send the body without Content-Encoding.');
  }
  if (Number(request.headers['content-length'] ?? 0) > ADMIN_BODY_BYTES_MAX) throw tooLarge();
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > ADMIN_BODY_BYTES_MAX) throw tooLarge();
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof SluiceError) throw error;
    throw new SluiceError('BAD_REQUEST', 'The body did not arrive.', { cause: error });
  }
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks);
}

function tooLarge(): SluiceError {
  return new SluiceError('PAYLOAD_TOO_LARGE', `The body is over ${ADMIN_BODY_BYTES_MAX} bytes.`);
}
