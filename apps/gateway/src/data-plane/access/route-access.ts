import { type TLSSocket } from 'node:tls';
import { SluiceError } from '@sluice/contracts';
import {
  authorize,
  RequestConditions,
  type PolicySet,
  type Principal,
  type RequestFacts,
  type Verdict,
} from '@sluice/iam';
import { GatewayRefusal } from '../gateway-refusal';
import { type Routed } from '../request-context';
import { type RouteBlueprint } from '../routes/route-blueprint';
import { resourcePolicyOf, routeActionOf, type RouteAction } from './resource-policy';

/** No policy names a longer one, as on AWS. */
const ARN_BYTES_MAX = 1_600;

/** What is asked of policies about the requests of one route; prepared when the route is compiled. */
export class RouteAccess {
  readonly resourcePolicy: PolicySet | null;
  private readonly route: RouteAction;
  private readonly style: RouteBlueprint['style'];
  private readonly more: Readonly<Record<string, string>>;

  constructor(blueprint: RouteBlueprint) {
    this.resourcePolicy = resourcePolicyOf(blueprint);
    this.route = routeActionOf(blueprint);
    this.style = blueprint.style;
    const authType = blueprint.definition.authorization === 'IAM' ? 'AWS_IAM' : 'NONE';
    this.more = blueprint.style === 'function-url' ? { 'lambda:functionurlauthtype': authType } : {};
  }

  /** What policies say about calling the route. @throws SluiceError REQUEST_URI_TOO_LONG */
  verdict(context: Routed, principal: Principal | null): Verdict {
    return this.ask(context, principal, this.route.action);
  }

  mayInvalidateCache(context: Routed, principal: Principal): boolean {
    return this.ask(context, principal, 'execute-api:InvalidateCache') === 'allowed';
  }

  /** AWS's words for a refusal by policies. HTTP APIs and function URLs have one text for all of them. */
  refusal(context: Routed, principal: Principal | null, verdict: Verdict): GatewayRefusal {
    const who = principal?.arn ?? 'anonymous';
    const arn = this.route.arnOf(context.method, context.routedPath);
    const how = verdict === 'explicitDeny' ? ' with an explicit deny' : '';
    const text = `User: ${who} is not authorized to perform: ${this.route.action} on resource: ${arn}${how}`;
    return new GatewayRefusal('AUTHORIZER_DENIED', text, this.style === 'rest' ? { publicMessage: text } : {});
  }

  private ask(context: Routed, principal: Principal | null, action: string): Verdict {
    const resource = this.route.arnOf(context.method, context.routedPath);
    if (resource.length > ARN_BYTES_MAX)
      throw new SluiceError('REQUEST_URI_TOO_LONG', `The ARN of this request is over ${ARN_BYTES_MAX} bytes.`);
    const conditions = new RequestConditions(new FactsOf(context, principal), this.more);
    return authorize({ principal, action, resource, context: conditions, resourcePolicy: this.resourcePolicy });
  }
}

/** Facts are looked up when a policy asks: Node makes its header object on first use. */
export class FactsOf implements RequestFacts {
  constructor(
    private readonly context: Routed,
    readonly principal: Principal | null,
  ) {}

  get sourceIp(): string {
    return this.context.sourceIp;
  }

  get userAgent(): string {
    return this.context.headers.userAgent;
  }

  get referer(): string {
    return this.context.request.headers.referer ?? '';
  }

  get secureTransport(): boolean {
    return (this.context.request.socket as Partial<TLSSocket>).encrypted === true;
  }

  get epochMs(): number {
    return this.context.receivedEpochMs;
  }
}
