import { CorsRules } from '../cors/cors-rules';
import { type Handler } from '../request-pipeline';
import { type ProxyResponse } from '../responses/proxy-response';
import { type RouteBlueprint } from '../routes/route-blueprint';

/** What every preflight gets; which site may do what is in the headers beside it. */
export const PREFLIGHT_ANSWER: ProxyResponse = { status: 204, headers: [], body: '' };

/**
 * CORS before anything can refuse: a preflight is answered here, whatever route it met and whoever may call that; every other
 * request gets its CORS headers now, so that errors of the gateway carry them too.
 */
export function compileAnswerPreflight({ api }: RouteBlueprint): Handler | null {
  if (api.cors === undefined) return null;
  const rules = new CorsRules(api.cors);
  return (context) => {
    const { headers } = context.request;
    const { origin } = headers;
    const method = headers['access-control-request-method'];
    const isPreflight = context.method === 'OPTIONS' && origin !== undefined && method !== undefined;
    if (isPreflight) context.answer = PREFLIGHT_ANSWER;
    const asked = headers['access-control-request-headers'] ?? '';
    const own = isPreflight ? rules.preflightHeaders({ origin, method, headers: asked }) : rules.answerHeaders(origin);
    context.extraHeaders = context.extraHeaders.length === 0 ? own : [...context.extraHeaders, ...own];
  };
}
