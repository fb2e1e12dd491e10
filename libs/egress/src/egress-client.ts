import { SluiceError } from '@sluice/contracts';
import { Agent, fetch, type Response } from 'undici';
import { type EgressPolicy } from './egress-policy';
import { egressConnector, type EgressConnectorOptions } from './egress-connector';

export interface EgressRequest {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** For everything: connecting, redirects and the whole body. */
  readonly timeoutMs: number;
  /** Most bytes of the body, after decompression. */
  readonly responseBytesMax: number;
  readonly redirectsMax?: number;
  readonly signal?: AbortSignal;
}

export interface EgressResponse {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
  /** The address that answered, after redirects. */
  readonly url: string;
}

const REDIRECTS_MAX = 5;
const REDIRECT_STATUSES = new Set([301, 302, 303, 307, 308]);
/** What a redirect to another origin must not carry along. */
const ORIGIN_BOUND_HEADERS = new Set(['authorization', 'cookie', 'proxy-authorization']);

/** HTTP requests of the gateway itself (JWKS, webhooks), through the guard. */
export class EgressClient {
  private readonly agent: Agent;

  constructor(
    private readonly policy: EgressPolicy,
    options: EgressConnectorOptions = {},
  ) {
    this.agent = new Agent({ connect: egressConnector(policy, options), keepAliveTimeout: 10_000, connections: 16 });
  }

  /**
   * Follows at most `redirectsMax` (5) redirects, each checked like the first address, never from https to http; credentials do
   * not follow to another origin. Throws EGRESS_DENIED where the policy refuses, EGRESS_FAILED where no whole answer came back
   * (unreachable, too slow, too large, too many redirects). A status of 400 or more is an answer.
   */
  async fetch(address: string, request: EgressRequest): Promise<EgressResponse> {
    const deadline = AbortSignal.timeout(request.timeoutMs);
    const signal = request.signal === undefined ? deadline : AbortSignal.any([deadline, request.signal]);
    let hop: Hop = {
      url: parseUrl(address),
      method: request.method ?? 'GET',
      headers: new Map(
        Object.entries(request.headers ?? {})
          .map(([name, value]) => [name.toLowerCase(), value] as const)
          .filter(([name]) => name !== 'host'), // the name that is asked for is the one in the URL
      ),
      body: request.body ?? null,
    };
    try {
      for (let redirectsLeft = request.redirectsMax ?? REDIRECTS_MAX; ; redirectsLeft--) {
        const response = await this.send(hop, signal);
        const location = REDIRECT_STATUSES.has(response.status) ? response.headers.get('location') : null;
        if (location === null) {
          return {
            status: response.status,
            headers: new Map(response.headers),
            body: await readAtMost(response, request.responseBytesMax),
            url: hop.url.href,
          };
        }
        await response.body?.cancel();
        if (redirectsLeft <= 0) throw failed('The server redirects too often.');
        hop = nextHop(hop, response.status, location);
      }
    } catch (error) {
      throw asEgressError(error, hop.url, deadline.aborted ? request.timeoutMs : null);
    }
  }

  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private async send({ url, method, headers, body }: Hop, signal: AbortSignal): Promise<Response> {
    this.policy.checkUrl(url);
    return fetch(url, {
      method,
      headers: [...headers],
      body,
      signal,
      redirect: 'manual',
      dispatcher: this.agent,
    });
  }
}

interface Hop {
  readonly url: URL;
  readonly method: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string | Buffer | null;
}

/** RFC 9110 §15.4: 303 becomes GET, and so does a POST answered 301 or 302, as every client has it. */
function nextHop(hop: Hop, status: number, location: string): Hop {
  if (!URL.canParse(location, hop.url.href)) throw failed('The server redirects to something that is no URL.');
  const url = new URL(location, hop.url);
  if (hop.url.protocol === 'https:' && url.protocol === 'http:')
    throw failed('The server redirects from https to http.');
  const becomesGet = status === 303 ? hop.method !== 'HEAD' : status <= 302 && hop.method === 'POST';
  const headers = [...hop.headers].filter(
    ([name]) =>
      !(url.origin !== hop.url.origin && ORIGIN_BOUND_HEADERS.has(name)) &&
      !(becomesGet && name.startsWith('content-')),
  );
  return {
    url,
    method: becomesGet ? 'GET' : hop.method,
    headers: new Map(headers),
    body: becomesGet ? null : hop.body,
  };
}

async function readAtMost(response: Response, bytesMax: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  if (response.body !== null) {
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > bytesMax) throw failed(`The answer is over ${bytesMax} bytes.`); // leaving the loop cancels the rest
      chunks.push(chunk);
    }
  }
  return Buffer.concat(chunks, bytes);
}

function parseUrl(address: string): URL {
  if (!URL.canParse(address)) throw new SluiceError('EGRESS_DENIED', `"${address}" is not a URL.`);
  return new URL(address);
}

/** undici hides what happened below `fetch failed`; a refusal of ours is found there and comes out as it was. */
function asEgressError(error: unknown, url: URL, timedOutMs: number | null): SluiceError {
  let innermost: { code?: unknown; message?: string } = {};
  for (let cause = error; typeof cause === 'object' && cause !== null; cause = (cause as { cause?: unknown }).cause) {
    if (cause instanceof SluiceError) return cause;
    innermost = cause;
  }
  const { code, message = 'the request failed' } = innermost;
  const text = typeof code === 'string' ? code : message;
  const reason = timedOutMs !== null ? `no answer within ${timedOutMs} ms` : text;
  return new SluiceError('EGRESS_FAILED', `${url.origin} cannot be reached: ${reason}.`, { cause: error });
}

function failed(message: string): SluiceError {
  return new SluiceError('EGRESS_FAILED', message);
}
