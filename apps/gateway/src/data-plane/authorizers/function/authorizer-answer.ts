import {
  asArray,
  LIMITS,
  policyProblems,
  SluiceError,
  type FunctionAuthorizer,
  type PolicyDocument,
} from '@sluice/contracts';
import { compilePolicy, PolicySet } from '@sluice/iam';

/** What an authorizer function decided, checked. */
export interface AuthorizerAnswer {
  /** A policy to be asked about each request, or the yes or no of a simple response. */
  readonly decision: PolicySet | boolean;
  /** '' in simple responses, which have none. */
  readonly principalId: string;
  readonly context: readonly (readonly [name: string, value: unknown])[];
  readonly usageIdentifierKey: string;
}

/** AWS's limit on a resource in the policy of an authorizer. */
const RESOURCE_CHARS_MAX = 512;

/**
 * Reads the answer of an authorizer function. Anything that is not exactly what AWS documents lets nobody in: a truthy `isAuthorized`
 * that is not `true`, a policy with an unknown word in it, a context that is too large.
 * @throws SluiceError AUTHORIZER_CONFIGURATION_ERROR saying what is wrong with the answer
 */
export function parseAuthorizerAnswer(
  text: string,
  { event, simpleResponses }: Pick<FunctionAuthorizer, 'event' | 'simpleResponses'>,
): AuthorizerAnswer {
  const answer = parseObject(text);
  const context = contextOf(answer['context'], event);
  if (simpleResponses && answer['isAuthorized'] !== undefined && answer['policyDocument'] === undefined) {
    const { isAuthorized } = answer;
    if (typeof isAuthorized !== 'boolean') throw malformed('"isAuthorized" is not true or false');
    return { decision: isAuthorized, principalId: '', context, usageIdentifierKey: '' };
  }
  const { principalId, policyDocument, usageIdentifierKey } = answer;
  if (answer['isAuthorized'] !== undefined) {
    throw malformed(
      simpleResponses
        ? 'it has both "isAuthorized" and "policyDocument"'
        : 'it has "isAuthorized", but the authorizer does not say "simpleResponses": true',
    );
  }
  if (typeof principalId !== 'string' || principalId === '') throw malformed('"principalId" is not a string');
  if (usageIdentifierKey !== undefined && usageIdentifierKey !== null && typeof usageIdentifierKey !== 'string')
    throw malformed('"usageIdentifierKey" is not a string');
  return {
    decision: policyOf(policyDocument),
    principalId,
    context,
    usageIdentifierKey: usageIdentifierKey ?? '',
  };
}

function policyOf(input: unknown): PolicySet {
  const [problem] = policyProblems(input, 'identity');
  if (problem !== undefined) throw malformed(`"${['policyDocument', ...problem.path].join('.')}" ${problem.message}`);
  const document = input as PolicyDocument;
  const resources = asArray(document.Statement).flatMap(({ Resource, NotResource }) =>
    asArray(Resource ?? NotResource),
  );
  if (resources.some((resource) => resource.length > RESOURCE_CHARS_MAX))
    throw malformed(`a resource of the policy is over ${RESOURCE_CHARS_MAX} characters`);
  return new PolicySet([compilePolicy(document)]);
}

/** Format 1.0 takes plain values only, as AWS does; 2.0 takes any JSON. */
function contextOf(input: unknown, event: FunctionAuthorizer['event']): AuthorizerAnswer['context'] {
  if (input === undefined || input === null) return [];
  if (typeof input !== 'object' || Array.isArray(input)) throw malformed('"context" is not an object');
  if (Buffer.byteLength(JSON.stringify(input)) > LIMITS.authorizerContextBytesMax)
    throw malformed(`"context" is over ${LIMITS.authorizerContextBytesMax} bytes`);
  const entries = Object.entries(input);
  const nested = entries.find(([, value]) => typeof value === 'object');
  if (event !== 'REQUEST-2.0' && nested !== undefined)
    throw malformed(`"context.${nested[0].slice(0, 64)}" is not a string, number or boolean`);
  return entries;
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch {
    throw malformed('it is no JSON');
  }
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) throw malformed('it is no object');
  return answer as Record<string, unknown>;
}

function malformed(what: string): SluiceError {
  return new SluiceError('AUTHORIZER_CONFIGURATION_ERROR', `The answer of the authorizer is not usable: ${what}.`);
}
