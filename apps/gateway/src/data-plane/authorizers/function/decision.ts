import { hash } from 'node:crypto';
import { type ConditionContext, type Verdict } from '@sluice/iam';
import { type RequestAuthorization } from '../../request-authorization';
import { type AuthorizerAnswer } from './authorizer-answer';

/** An answer of an authorizer, ready to let requests in. */
export interface Decision {
  /** What the function was asked about. */
  readonly routeArn: string;
  readonly authorization: RequestAuthorization;
  /** About how much memory it takes. */
  readonly weight: number;
  verdict(action: string, routeArn: string, conditions: ConditionContext): Verdict;
}

/**
 * `identities` are part of what tells callers apart in the response cache: a function may see more in a token than its authorizer
 * put into the context.
 */
export function decisionOf(answer: AuthorizerAnswer, text: string, routeArn: string, identityHash: string): Decision {
  const { decision, principalId, usageIdentifierKey } = answer;
  const contextJson = jsonObject(answer.context.map(([name, value]) => [name, JSON.stringify(value)]));
  const cacheIdentity = hash('sha256', JSON.stringify([principalId, contextJson, identityHash]), 'base64url');
  return {
    routeArn,
    authorization: {
      kind: 'function',
      principalId,
      cacheIdentity: `function:${cacheIdentity}`,
      authorizerV1: authorizerV1(answer),
      authorizerV2: `{"lambda":${contextJson}}`,
      identity: null,
      usageIdentifierKey,
      mayInvalidateCache: false,
    },
    weight: 4 * text.length,
    verdict: (action, resource, context) => {
      if (typeof decision !== 'boolean') return decision.verdict({ action, resource, principalArn: null, context });
      // A simple answer is about the request it was given for, and about invoking it.
      return decision && resource === routeArn && action === INVOKE ? 'allowed' : 'implicitDeny';
    },
  };
}

export const INVOKE = 'execute-api:Invoke';

/** Format 1.0 has strings only, and the principal among the context. */
function authorizerV1({ principalId, context }: AuthorizerAnswer): string {
  const members = context
    .filter(([name]) => name !== 'principalId')
    .map(([name, value]) => [name, JSON.stringify(typeof value === 'string' ? value : JSON.stringify(value))] as const);
  return jsonObject(principalId === '' ? members : [['principalId', JSON.stringify(principalId)], ...members]);
}

/** Any name is data, `__proto__` too. */
function jsonObject(members: readonly (readonly [name: string, json: string])[]): string {
  return `{${members.map(([name, json]) => `${JSON.stringify(name)}:${json}`).join(',')}}`;
}
