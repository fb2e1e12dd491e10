import { Readable } from 'node:stream';
import { SluiceError } from '@sluice/contracts';
import { type Routed } from '../request-context';
import { type ProxyResponse } from './proxy-response';

/**
 * Writes an answer as it comes, never faster than the client reads. Resolves when all of it is handed to the connection; rejects
 * with CLIENT_CLOSED when the client leaves, after which the upstream is told, and with INTEGRATION_FAILURE when the upstream breaks off.
 */
export function writeStream(context: Routed, answer: ProxyResponse, headers: string[]): Promise<void> {
  const { response } = context;
  const { body, bodyBytes, status } = answer;
  if (!(body instanceof Readable)) throw new Error('the answer has no stream');
  if (bodyBytes !== undefined) headers.push('content-length', String(bodyBytes));
  return new Promise((resolve, reject) => {
    const failed = (cause: Error): void => {
      settle();
      reject(new SluiceError('INTEGRATION_FAILURE', 'The upstream broke off in the middle of its answer.', { cause }));
    };
    const left = (): void => {
      settle();
      body.on('error', ignore).destroy();
      reject(new SluiceError('CLIENT_CLOSED', 'The client left in the middle of the answer.'));
    };
    const ended = (): void => {
      settle();
      response.end();
      resolve();
    };
    let begun = false;
    const write = (chunk: Buffer): void => {
      begun = true;
      context.bodyBytes += chunk.length;
      if (!response.write(chunk)) body.pause();
    };
    const drained = (): void => void body.resume();
    const settle = (): void => {
      body.off('error', failed).off('end', ended).off('data', write);
      response.off('close', left).off('drain', drained);
    };
    if (response.destroyed) return left();
    body.on('error', failed).on('end', ended);
    response.on('close', left).on('drain', drained);
    response.writeHead(status, headers);
    body.on('data', write);
    // Who waits for the head gets it although the body is not there yet; usually both go in one packet.
    setImmediate(() => {
      if (!begun && !response.writableEnded) response.flushHeaders();
    });
  });
}

/** What a stream says about its end interests nobody any more. */
const ignore = (): void => undefined;
