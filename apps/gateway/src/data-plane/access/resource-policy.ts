import { apiRouteArn, functionArn, type PolicyDocument } from '@sluice/contracts';
import { compilePolicy, PolicySet } from '@sluice/iam';
import { type RouteBlueprint } from '../routes/route-blueprint';

/** Ten thousand routes of an API have one policy. */
const compiled = new WeakMap<PolicyDocument, PolicySet>();

/** The resource policy of the route's API or function, ready to be asked; null = there is none. */
export function resourcePolicyOf({ api, apiName, style }: RouteBlueprint): PolicySet | null {
  const { resourcePolicy: document } = api;
  if (document === undefined) return null;
  let policies = compiled.get(document);
  if (policies === undefined) {
    // AWS's short form, completed when an API is deployed: `execute-api:/stage/METHOD/path`.
    const ofApi = apiRouteArn(apiName, '', '', '').slice(0, -1);
    const resourceArn = (resource: string): string => resource.replace(/^execute-api:\//, ofApi);
    const name = style === 'function-url' ? `function/${apiName}/policy` : `api/${apiName}/resourcePolicy`;
    policies = new PolicySet([compilePolicy(document, { name, resourceArn })]);
    compiled.set(document, policies);
  }
  return policies;
}

/** What a request to a route is about, in policies. */
export interface RouteAction {
  readonly action: 'execute-api:Invoke' | 'lambda:InvokeFunctionUrl';
  arnOf(method: string, path: string): string;
}

export function routeActionOf({ style, apiName, stage }: RouteBlueprint): RouteAction {
  if (style === 'function-url') {
    const arn = functionArn(apiName);
    return { action: 'lambda:InvokeFunctionUrl', arnOf: () => arn };
  }
  const begin = apiRouteArn(apiName, stage.name, '', '');
  return { action: 'execute-api:Invoke', arnOf: (method, path) => begin + method + path };
}
