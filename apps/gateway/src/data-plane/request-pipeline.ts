import { type Received, type Routed } from './request-context';
import { type CompiledRoute } from './routes/compiled-route';
import { type RouteDirectory } from './routes/route-directory';
import { gatewayResponse } from './gateway-response';
import { integrate } from './handlers/integrate';
import { matchRoute } from './handlers/match-route';
import { readBody } from './handlers/read-body';
import { type Recorder } from './handlers/record';
import { writeGatewayResponse, writeResponse } from './handlers/write-response';
import { type StepTimes } from './step-times';

/** A step: reads the context, calls one lib function, writes the context, or throws to end the request. */
export type Handler = (context: Routed) => void | Promise<void>;

interface Step {
  readonly name: string;
  readonly handler: Handler;
  /** Routes that do not need the step never see it. */
  readonly needed: (route: Pick<CompiledRoute, 'target'>) => boolean;
}

/** The order of a request after match-route, in one place. */
const STEPS: readonly Step[] = [
  { name: 'read-body', handler: readBody, needed: () => true },
  { name: 'integrate', handler: integrate, needed: () => true },
  { name: 'write-response', handler: writeResponse, needed: () => true },
];

/** The steps one route needs, in order; timed ones when somebody wants to know where the time goes. */
export function compileHandlers(route: Pick<CompiledRoute, 'target'>, times: StepTimes | null): Handler[] {
  return STEPS.filter((step) => step.needed(route)).map(({ name, handler }) =>
    times === null ? handler : times.timed(name, handler),
  );
}

export interface Pipeline {
  readonly routes: RouteDirectory;
  readonly recorder: Recorder;
}

/** One request from its head to its record. Never throws: every failure becomes an answer, and every outcome is recorded. */
export async function handleRequest(pipeline: Pipeline, received: Received): Promise<void> {
  let routed: Routed | null = null;
  let failure: unknown = null;
  try {
    routed = matchRoute(pipeline.routes, received);
    for (const handler of routed.route.handlers) {
      const pending = handler(routed);
      if (pending !== undefined) await pending;
    }
  } catch (error) {
    failure = error;
    const style = routed?.route.style ?? pipeline.routes.styleOf(received.path);
    writeGatewayResponse(routed ?? received, gatewayResponse(error, style), style);
  } finally {
    pipeline.recorder.record(received, routed, failure);
  }
}
