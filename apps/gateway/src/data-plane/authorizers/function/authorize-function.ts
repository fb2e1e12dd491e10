import { hash } from 'node:crypto';
import {
  apiRouteArn,
  fillStageVariables,
  OUTCOME,
  SluiceError,
  type FunctionAuthorizer,
  type FunctionErrorPayload,
} from '@sluice/contracts';
import { RequestConditions, type Verdict } from '@sluice/iam';
import { type InvocationClient, type InvocationResult } from '@sluice/invocation';
import { linearPattern } from '../../../linear-pattern';
import { FactsOf } from '../../access/route-access';
import { GatewayRefusal } from '../../gateway-refusal';
import { type Routed } from '../../request-context';
import { type Handler } from '../../request-pipeline';
import { type FunctionTarget, type FunctionTargets } from '../../routes/function-targets';
import { type RouteBlueprint } from '../../routes/route-blueprint';
import { compileIdentitySource } from '../identity-source';
import { parseAuthorizerAnswer } from './authorizer-answer';
import { buildAuthorizerEvent } from './authorizer-event';
import { type DecisionCache } from './decision-cache';
import { type Decision, decisionOf, INVOKE } from './decision';

export interface FunctionAuthorizerParts {
  readonly invocations: InvocationClient;
  readonly targets: FunctionTargets;
  readonly decisions: DecisionCache;
}

const ROUTE_ARN_BYTES_MAX = 1_600;
/** AWS's word, exactly: thrown by an authorizer it is an answer, every other error is a fault. */
const UNAUTHORIZED = 'Unauthorized';

/**
 * Asks a function whether a request may go on, or remembers what it said: a decision is kept for the same identities at the same
 * route and method, of the same deployment and version of the function. Its policy is asked about every single request; a request it
 * says nothing about is a new question. A simple response holds for exactly the method and path it was given for.
 */
export function compileAuthorizeFunction(
  name: string,
  settings: FunctionAuthorizer,
  route: RouteBlueprint,
  parts: FunctionAuthorizerParts,
): Handler {
  const target = targetOf(name, settings, route, parts.targets);
  const sources = settings.identitySources.map((text) => ({ text, read: compileIdentitySource(text) }));
  const pattern =
    settings.identityValidationExpression === undefined
      ? null
      : linearPattern(`^(?:${settings.identityValidationExpression})$`);
  const ttlMs = sources.length === 0 ? 0 : settings.resultTtlSeconds * 1_000;
  const scope = { apiName: route.apiName, stage: route.stage.name };
  const { apiName, deploymentId, stage } = route;
  const place = [apiName, deploymentId, stage.name, stage.canary, stage.variables, route.routeKey, name];
  const keyPrefix = hash('sha256', JSON.stringify(place), 'base64url');
  const asksInvalidation = route.cache?.requireAuthorizationForInvalidation === true;

  const admit = (context: Routed, routeArn: string, decision: Decision, verdict: Verdict): void => {
    if (verdict !== 'allowed') throw denied(name, route, verdict);
    context.authorization =
      asksInvalidation && verdictOf(decision, INVALIDATE, routeArn, context) === 'allowed'
        ? { ...decision.authorization, mayInvalidateCache: true }
        : decision.authorization;
  };

  return (context) => {
    const routeArn = apiRouteArn(apiName, stage.name, context.method, context.routedPath);
    if (Buffer.byteLength(routeArn) > ROUTE_ARN_BYTES_MAX)
      throw new SluiceError('REQUEST_URI_TOO_LONG', `The ARN of this request is over ${ROUTE_ARN_BYTES_MAX} bytes.`);
    const found = sources.map(({ text, read }) => present(text, read(context)));
    const identities = found.map((values) => values.join(','));
    if (pattern !== null && !pattern.test(identities[0] as string))
      throw new SluiceError('UNAUTHORIZED', 'The token does not look like one; the authorizer was not asked.');
    // Where nothing is named, anything in the head may decide.
    const identityHash = hash('sha256', JSON.stringify(found.length === 0 ? context.headers.raw : found), 'base64url');
    const ask = async (): Promise<Decision> => {
      const event = buildAuthorizerEvent(settings.event, context, routeArn, identities);
      const answer = await invoke(name, settings, target, context, event, parts.invocations);
      return decisionOf(parseAuthorizerAnswer(answer, settings), answer, routeArn, identityHash);
    };
    const settle = (decision: Decision): void => {
      checkClient(context);
      admit(context, routeArn, decision, verdictOf(decision, INVOKE, routeArn, context));
    };

    if (ttlMs === 0) return ask().then(settle);
    const path = settings.simpleResponses ? context.routedPath : '';
    const key = `${keyPrefix} ${target?.version?.revision ?? ''} ${identityHash} ${context.method} ${path}`;
    const known = parts.decisions.get(key);
    if (known !== null) {
      const verdict = verdictOf(known, INVOKE, routeArn, context);
      if (verdict !== 'implicitDeny' || known.routeArn === routeArn) return admit(context, routeArn, known, verdict);
    }
    return parts.decisions.ask(key, routeArn, scope, ttlMs, ask).then(settle);
  };
}

const INVALIDATE = 'execute-api:InvalidateCache';

function targetOf(
  name: string,
  settings: FunctionAuthorizer,
  { stage: { variables } }: RouteBlueprint,
  targets: FunctionTargets,
): FunctionTarget | null {
  const functionName = fillStageVariables(settings.function, variables);
  const qualifier = fillStageVariables(settings.qualifier ?? '', variables);
  if ('missing' in functionName || 'missing' in qualifier) return null;
  return targets.get(functionName.text, settings.qualifier === undefined ? undefined : qualifier.text);
}

function present(source: string, values: readonly string[]): readonly string[] {
  if (values.length > 0) return values;
  throw new SluiceError('UNAUTHORIZED', `There is nothing at ${source}; the authorizer was not asked.`);
}

/** The JSON text the function answered. Its error is a 401 when it is AWS's word for one, else a fault of the authorizer. */
async function invoke(
  name: string,
  { timeoutMs }: FunctionAuthorizer,
  target: FunctionTarget | null,
  { requestId }: Routed,
  event: string,
  invocations: InvocationClient,
): Promise<string> {
  const version = target?.version ?? null;
  if (target === null || version === null) {
    throw new SluiceError('AUTHORIZER_CONFIGURATION_ERROR', `The function of the authorizer "${name}" does not exist.`);
  }
  let settlement: InvocationResult;
  try {
    settlement = await target.metrics.measure(version.version, () =>
      invocations.invoke({
        kind: 'invoke',
        functionName: target.functionName,
        revision: version.revision,
        requestId,
        event,
        timeoutMs: Math.min(version.config.timeoutMs, timeoutMs),
        waitMs: timeoutMs,
        retryable: true, // it decides and does nothing else
      }),
    );
  } catch (error) {
    if (!(error instanceof SluiceError && error.code === 'HOST_LOST')) throw error; // it did not run: 503, try again
    throw new SluiceError('AUTHORIZER_FAILURE', `The authorizer "${name}" was lost while it ran.`, { cause: error });
  }
  const { outcome, result } = settlement;
  if (outcome === OUTCOME.ok) return result;
  const { errorType, errorMessage } = errorOf(result);
  if (outcome === OUTCOME.functionError && errorMessage === UNAUTHORIZED)
    throw new SluiceError('UNAUTHORIZED', `The authorizer "${name}" answered "Unauthorized".`);
  throw new SluiceError('AUTHORIZER_FAILURE', `The authorizer "${name}" failed: ${errorType}.`);
}

function errorOf(json: string): { errorType: string; errorMessage: unknown } {
  try {
    const { errorType, errorMessage } = JSON.parse(json) as Partial<FunctionErrorPayload>;
    return { errorType: String(errorType), errorMessage };
  } catch {
    return { errorType: 'no reason given', errorMessage: undefined };
  }
}

function verdictOf(decision: Decision, action: string, routeArn: string, context: Routed): Verdict {
  return decision.verdict(action, routeArn, new RequestConditions(new FactsOf(context, null)));
}

/** Nobody waits any more: what comes after would work for nobody. */
function checkClient({ response }: Routed): void {
  if (response.destroyed) throw new SluiceError('CLIENT_CLOSED', 'The client left before the answer.');
}

function denied(name: string, { style }: RouteBlueprint, verdict: Verdict): SluiceError {
  if (verdict !== 'explicitDeny')
    return new SluiceError('AUTHORIZER_DENIED', `The authorizer "${name}" does not allow this.`);
  return new GatewayRefusal(
    'AUTHORIZER_DENIED',
    `The authorizer "${name}" denies this explicitly.`,
    style === 'rest' ? { publicMessage: 'User is not authorized to access this resource with an explicit deny' } : {},
  );
}
