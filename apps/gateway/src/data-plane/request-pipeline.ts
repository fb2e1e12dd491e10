import { gatewayResponse } from './gateway-response';
import { compileAnswerPreflight } from './handlers/answer-preflight';
import { compileApplyResourcePolicy } from './handlers/apply-resource-policy';
import { compileAdmit } from './handlers/admit';
import { compileAuthorize } from './handlers/authorize';
import { compileVerifyBody } from './handlers/authorize-iam';
import { compileCompress } from './handlers/compress';
import { compileCors } from './handlers/cors';
import { compileDecodeBody } from './handlers/decode-body';
import { compileIntegrate } from './handlers/integrate';
import { compileLookupCache } from './handlers/lookup-cache';
import { compileMapResponse } from './handlers/map-response';
import { matchRoute, refuseUnmatched } from './handlers/match-route';
import { compileReadBody } from './handlers/read-body';
import { type Recorder } from './handlers/record';
import { compileRequireApiKey } from './handlers/require-api-key';
import { compileStoreCache } from './handlers/store-cache';
import { compileThrottle } from './handlers/throttle';
import { compileValidateRequest } from './handlers/validate-request';
import { writeGatewayResponse, writeResponse } from './handlers/write-response';
import { type PipelineParts } from './pipeline-parts';
import { type RequestContext, type Routed } from './request-context';
import { discardBody } from './responses/collect-body';
import { NO_RESPONSE } from './responses/proxy-response';
import { type RouteBlueprint } from './routes/route-blueprint';
import { type RouteDirectory } from './routes/route-directory';
import { type StepTimes } from './step-times';

/**
 * A step of one route: reads the context, calls one lib function, writes the context, or throws to end the request.
 * A step that has nothing to wait for returns nothing, so that a request that waits for nothing is answered in one go.
 */
export type Handler = (context: Routed) => void | Promise<void>;

export interface Step {
  readonly name: string;
  /** Prepares the step for a route; null = the route does not need it and never sees it. */
  readonly compile: (route: RouteBlueprint, parts: PipelineParts) => Handler | null;
}

/** The order of a request after match-route, up to its answer. The first step that answers ends the list. */
const ASK: readonly Step[] = [
  // Before anything can refuse: preflights ask without credentials, and refusals carry CORS headers as well.
  { name: 'answer-preflight', compile: compileAnswerPreflight },
  { name: 'apply-resource-policy', compile: compileApplyResourcePolicy },
  { name: 'admit', compile: compileAdmit },
  { name: 'authorize', compile: compileAuthorize },
  { name: 'require-api-key', compile: compileRequireApiKey },
  { name: 'throttle', compile: compileThrottle },
  { name: 'read-body', compile: compileReadBody },
  // Before anything acts on the body: only its signed hash was verified so far.
  { name: 'verify-body', compile: compileVerifyBody },
  { name: 'decode-body', compile: compileDecodeBody },
  { name: 'validate-request', compile: compileValidateRequest },
  { name: 'lookup-cache', compile: compileLookupCache },
  { name: 'integrate', compile: compileIntegrate },
];

/** What happens to an answer, whichever step it came from. */
const REPLY: readonly Step[] = [
  { name: 'store-cache', compile: compileStoreCache },
  { name: 'map-response', compile: compileMapResponse },
  { name: 'compress', compile: compileCompress },
  { name: 'cors', compile: compileCors },
  { name: 'write-response', compile: () => writeResponse },
];

/** Stands for the routes an API does not have: what no route matches is refused; where it has CORS, in a way a browser may read. */
export const UNMATCHED: readonly Step[] = [
  { name: 'answer-preflight', compile: compileAnswerPreflight },
  { name: 'refuse-unmatched', compile: () => refuseUnmatched },
];

/** Stands for what the gateway itself answers about an API, to whom its addresses and policies let in. */
export function documentationSteps(answer: Handler): readonly Step[] {
  return [
    { name: 'answer-preflight', compile: compileAnswerPreflight },
    { name: 'apply-resource-policy', compile: compileApplyResourcePolicy },
    { name: 'admit', compile: compileAdmit },
    { name: 'document', compile: () => answer },
  ];
}

/** The steps one route needs, in order; timed ones when somebody wants to know where the time goes. */
export function compileHandlers(
  route: RouteBlueprint,
  parts: PipelineParts,
  times: StepTimes | null,
  steps: readonly Step[] = ASK,
): { handlers: Handler[]; replyAt: number } {
  const prepare = (list: readonly Step[]): Handler[] =>
    list.flatMap(({ name, compile }) => {
      const handler = compile(route, parts);
      return handler === null ? [] : [times === null ? handler : times.timed(name, handler)];
    });
  const ask = prepare(steps);
  return { handlers: [...ask, ...prepare(REPLY)], replyAt: ask.length };
}

export interface Pipeline {
  readonly routes: RouteDirectory;
  readonly recorder: Recorder;
}

/** One request from its head to its record. Never throws: every failure becomes an answer, and every outcome is recorded. */
export function handleRequest(pipeline: Pipeline, received: RequestContext): void {
  let routed: Routed;
  try {
    routed = matchRoute(pipeline.routes, received);
  } catch (error) {
    writeGatewayResponse(received, gatewayResponse(error, pipeline.routes.styleOf(received)));
    pipeline.recorder.record(received, null, error);
    return;
  }
  proceed(pipeline, routed, 0);
}

/** Goes on with the step at `at`; steps that wait come back here. */
function proceed(pipeline: Pipeline, context: Routed, at: number): void {
  const { handlers, replyAt } = context.route;
  try {
    for (;;) {
      if (at < replyAt && context.answer !== NO_RESPONSE) at = replyAt;
      const handler = handlers[at];
      if (handler === undefined) break;
      at++;
      const pending = handler(context);
      if (pending !== undefined) {
        const next = at;
        pending.then(
          () => proceed(pipeline, context, next),
          (error: unknown) => fail(pipeline, context, error),
        );
        return;
      }
    }
  } catch (error) {
    return fail(pipeline, context, error);
  }
  pipeline.recorder.record(context, context, null);
}

function fail(pipeline: Pipeline, context: Routed, error: unknown): void {
  discardBody(context.answer);
  writeGatewayResponse(context, gatewayResponse(error, context.route.style), context.extraHeaders);
  pipeline.recorder.record(context, context, error);
}
