import {
  fillStageVariables,
  LIMITS,
  parseUpstreamUrl,
  SluiceError,
  type HttpProxyIntegration,
  type UpstreamUrl,
} from '@sluice/contracts';
import { GatewayRefusal } from '../gateway-refusal';
import { type PipelineParts } from '../pipeline-parts';
import { type Routed } from '../request-context';
import { type Handler } from '../request-pipeline';
import { type RouteBlueprint } from '../routes/route-blueprint';
import { type CircuitOutcome, type CircuitPass } from './circuit-breaker';
import { compileOutgoing, type Outgoing } from './outgoing-request';
import { refuseAs, refuseWithout } from './refuse-configuration';
import { upstreamAnswer, type UpstreamResponse } from './upstream-answer';
import { upstreamFailure } from './upstream-failure';
import { upstreamName, type Upstream, type Upstreams } from './upstreams';

/** RFC 9110 §9.2.2: doing it twice is doing it once. */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'TRACE']);
/** Answers of a server, or a proxy before it, that is not able to serve just now. */
const UNABLE: ReadonlySet<number> = new Set([502, 503, 504]);

/** Hands the request to a service on another machine and its answer back, both as streams. */
export function compileHttpProxy(
  route: RouteBlueprint,
  integration: HttpProxyIntegration,
  { upstreams }: PipelineParts,
): Handler {
  const filled = fillStageVariables(integration.url, route.stage.variables);
  if ('missing' in filled) return refuseWithout(filled.missing);
  let url: UpstreamUrl;
  try {
    url = parseUpstreamUrl(filled.text);
  } catch (error) {
    return refuseAs(`The url of this route ${(error as Error).message}.`);
  }
  const name = upstreamName(route.apiName, url.origin, integration);
  const compose = compileOutgoing(route, integration, url);
  const { retries } = integration;
  const { timeoutMs, style } = route;
  return async (context) => {
    const upstream = upstreams.get(name);
    const pass = enter(upstream, upstreams);
    const startedAtMs = performance.now();
    let outcome: CircuitOutcome = 'failed';
    try {
      const outgoing = compose(context);
      const response = await exchange(context, upstream, outgoing, { retries, timeoutMs });
      outcome = UNABLE.has(response.statusCode) ? 'failed' : 'answered';
      context.answer = upstreamAnswer(response, outgoing.method, style);
    } catch (error) {
      if (isOfClient(error)) outcome = 'abandoned';
      throw error;
    } finally {
      context.integrationMs = performance.now() - startedAtMs;
      if (pass !== null) upstream.breaker?.leave(pass, outcome, upstreams.nowMs());
    }
  };
}

/** Throws INTEGRATION_CIRCUIT_OPEN while the upstream is left alone, QUEUE_FULL when more wait for it than may. */
function enter({ breaker, pool }: Upstream, { nowMs }: Upstreams): CircuitPass | null {
  if (pool.stats.queued >= LIMITS.upstreamWaitingRequestsMax)
    throw new SluiceError(
      'QUEUE_FULL',
      `${LIMITS.upstreamWaitingRequestsMax} requests wait for a connection to the upstream.`,
    );
  if (breaker === null) return null;
  const pass = breaker.enter(nowMs());
  if (pass !== null) return pass;
  throw new GatewayRefusal('INTEGRATION_CIRCUIT_OPEN', 'The upstream kept failing and is left alone for a moment.', {
    headers: ['retry-after', String(breaker.retryAfterSeconds(nowMs()))],
  });
}

/**
 * The head of the upstream's response, within `timeoutMs` over all attempts. Only a request that may be repeated and whose body
 * is still at hand is tried again, and only when no answer came. A client that leaves ends the exchange.
 */
async function exchange(
  { response }: Routed,
  { pool }: Upstream,
  outgoing: Outgoing,
  { retries, timeoutMs }: { readonly retries: number; readonly timeoutMs: number },
): Promise<UpstreamResponse> {
  const abort = new AbortController();
  const timeout = setTimeout(
    () => abort.abort(new SluiceError('INTEGRATION_TIMEOUT', `The upstream did not answer within ${timeoutMs} ms.`)),
    timeoutMs,
  );
  const left = (): void => abort.abort(new SluiceError('CLIENT_CLOSED', 'The client left before the answer.'));
  response.once('close', left);
  const { method, path, headers, body, repeatable } = outgoing;
  let attemptsLeft = repeatable && IDEMPOTENT.has(method) ? retries : 0;
  try {
    for (;;) {
      try {
        return (await pool.request({
          method,
          path,
          headers,
          body,
          signal: abort.signal,
          responseHeaders: 'raw',
          bodyTimeout: timeoutMs,
        })) as unknown as UpstreamResponse;
      } catch (error) {
        const failure = upstreamFailure(error);
        if (attemptsLeft === 0 || abort.signal.aborted || failure.code !== 'INTEGRATION_FAILURE') throw failure;
        attemptsLeft--;
      }
    }
  } finally {
    clearTimeout(timeout);
    response.removeListener('close', left);
  }
}

/** An end that says nothing about the upstream. */
function isOfClient(error: unknown): boolean {
  return (
    error instanceof SluiceError &&
    (error.code === 'CLIENT_CLOSED' || error.code === 'PAYLOAD_TOO_LARGE' || error.code === 'BAD_REQUEST_PARAMETERS')
  );
}
