import { LIMITS, SluiceError } from '@sluice/contracts';
import { type IncomingMessage } from 'node:http';
import { type Routed } from '../request-context';

/**
 * Reads the whole body, at most 10 MB. A request that announces none costs nothing.
 * Throws PAYLOAD_TOO_LARGE as soon as the limit is known to be passed, CLIENT_CLOSED when the client leaves.
 */
export function readBody(context: Routed): void | Promise<void> {
  const { request } = context;
  const announced = request.headers['content-length'];
  if (announced === undefined && request.headers['transfer-encoding'] === undefined) return;
  if (announced === '0') return;
  if (announced !== undefined && Number(announced) > LIMITS.requestBodyBytesMax) throw tooLarge();
  return read(request).then((body) => {
    context.body = body;
  });
}

function read(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > LIMITS.requestBodyBytesMax) {
        request.removeAllListeners('data');
        request.resume();
        reject(tooLarge());
      } else chunks.push(chunk);
    });
    request.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, bytes)));
    request.on('error', (cause) =>
      reject(new SluiceError('CLIENT_CLOSED', 'The client left while it sent the body.', { cause })),
    );
  });
}

function tooLarge(): SluiceError {
  return new SluiceError('PAYLOAD_TOO_LARGE', `The body is over ${LIMITS.requestBodyBytesMax} bytes.`);
}
