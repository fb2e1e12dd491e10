import { Transform, type Readable, type TransformCallback } from 'node:stream';
import { SluiceError } from '@sluice/contracts';
import { readsBody } from '../mapping/mapping-value';
import { type Received, type Routed } from '../request-context';
import { type RouteBlueprint } from '../routes/route-blueprint';

/** A body of these has no meaning (RFC 9110 §9.3); one that is sent nevertheless passes the cache by. */
const BODILESS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whether a step of the route needs the request's body in one piece before the integration gets it. */
export function needsWholeBody({ definition, cache }: RouteBlueprint): boolean {
  const { integration, validate, authorization } = definition;
  // What is not read stays on the connection; only an upstream takes it from there.
  if (integration.type !== 'http-proxy') return true;
  if (cache?.methods.some((method) => !BODILESS.has(method)) === true) return true; // its hash is in the cache key
  if (authorization === 'IAM') return true; // its hash is part of what was signed
  if (validate?.body !== undefined || validate?.bodyRequired === true) return true;
  const { requestParameters, requestBody, responseParameters, responseBody } = integration;
  return readsBody('request.body', requestParameters, requestBody, responseParameters, responseBody);
}

export function announcesBody({ request: { headers } }: Pick<Received, 'request'>): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/**
 * The request's body on its way to an upstream, at most `bytesMax`; it fails with PAYLOAD_TOO_LARGE beyond.
 * Destroying it leaves the client's connection alone, so that there is still one to answer on.
 */
export function streamedBody(context: Routed, bytesMax: number): Readable {
  const limited = new LimitedBody(context, bytesMax);
  context.request.pipe(limited);
  return limited;
}

class LimitedBody extends Transform {
  constructor(
    private readonly context: Routed,
    private readonly bytesMax: number,
  ) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, callback: TransformCallback): void {
    this.context.streamedBytes += chunk.length;
    if (this.context.streamedBytes <= this.bytesMax) callback(null, chunk);
    else callback(new SluiceError('PAYLOAD_TOO_LARGE', `The body is over ${this.bytesMax} bytes.`));
  }
}
