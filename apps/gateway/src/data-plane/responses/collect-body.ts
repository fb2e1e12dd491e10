import { Readable } from 'node:stream';
import { SluiceError } from '@sluice/contracts';
import { type ProxyResponse } from './proxy-response';

/**
 * The answer with its body in one piece. Throws RESPONSE_TOO_LARGE over `bytesMax`, after which the stream is gone,
 * and INTEGRATION_FAILURE when it ends before its time.
 */
export async function collectBody(answer: ProxyResponse, bytesMax: number): Promise<ProxyResponse> {
  const { body, status, headers } = answer;
  if (!(body instanceof Readable)) return answer;
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > bytesMax)
        throw new SluiceError('RESPONSE_TOO_LARGE', `The answer is over ${bytesMax} bytes and has to be read whole.`);
      chunks.push(chunk);
    }
  } catch (error) {
    if (error instanceof SluiceError) throw error;
    throw new SluiceError('INTEGRATION_FAILURE', 'The upstream broke off in the middle of its answer.', {
      cause: error,
    });
  }
  return { status, headers, body: Buffer.concat(chunks, bytes) };
}

/** Lets go of a body that nobody will read. */
export function discardBody({ body }: ProxyResponse): void {
  if (body instanceof Readable) body.on('error', ignore).destroy();
}

/** What a stream says about its end interests nobody any more. */
const ignore = (): void => undefined;
