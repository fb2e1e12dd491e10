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
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes <= ADMIN_BODY_BYTES_MAX) chunks.push(chunk);
      else {
        // The rest flows by unread, so that the connection lives long enough to carry the answer.
        chunks.length = 0;
        reject(tooLarge());
      }
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('close', () => reject(new SluiceError('BAD_REQUEST', 'The body did not arrive.')));
    request.once('error', (cause) => reject(new SluiceError('BAD_REQUEST', 'The body did not arrive.', { cause })));
  });
}

function tooLarge(): SluiceError {
  return new SluiceError('PAYLOAD_TOO_LARGE', `The body is over ${ADMIN_BODY_BYTES_MAX} bytes.`);
}
