import { LIMITS, SluiceError } from '@sluice/contracts';
import { type IncomingMessage } from 'node:http';
import { announcesBody, needsWholeBody } from '../integrations/request-body';
import { type Routed } from '../request-context';
import { type Handler } from '../request-pipeline';
import { type RouteBlueprint } from '../routes/route-blueprint';

/** The body is read before a step that needs it whole; where none does, only its announced length is looked at. */
export function compileReadBody(route: RouteBlueprint): Handler {
  const bytesMax = route.definition.bodyBytesMax ?? LIMITS.requestBodyBytesMax;
  if (needsWholeBody(route)) return (context) => readBody(context, bytesMax);
  return ({ request }) => {
    if (Number(request.headers['content-length'] ?? 0) > bytesMax) throw tooLarge(bytesMax);
  };
}

/** Reads the body for a step that comes before read-body, which then finds it there. @throws SluiceError as readBody */
export async function readWholeBody(context: Routed, bytesMax: number): Promise<void> {
  await readBody(context, bytesMax);
}

/**
 * Reads the whole body, at most `bytesMax`, unless it is there already. A request that announces none costs nothing.
 * Throws PAYLOAD_TOO_LARGE as soon as the limit is known to be passed, CLIENT_CLOSED when the client leaves.
 */
function readBody(context: Routed, bytesMax: number): void | Promise<void> {
  const { request } = context;
  if (!announcesBody(context) || request.readableEnded) return;
  if (Number(request.headers['content-length'] ?? 0) > bytesMax) throw tooLarge(bytesMax);
  return read(request, bytesMax).then((body) => {
    context.body = body;
  });
}

function read(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    request.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > bytesMax) {
        request.removeAllListeners('data');
        request.resume();
        reject(tooLarge(bytesMax));
      } else chunks.push(chunk);
    });
    request.on('end', () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, bytes)));
    request.on('error', (cause) =>
      reject(new SluiceError('CLIENT_CLOSED', 'The client left while it sent the body.', { cause })),
    );
  });
}

function tooLarge(bytesMax: number): SluiceError {
  return new SluiceError('PAYLOAD_TOO_LARGE', `The body is over ${bytesMax} bytes.`);
}
