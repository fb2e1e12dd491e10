import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type SignedRequest } from '@sluice/iam';
import { type StageAccess } from '@sluice/throttling';
import { type RequestHeaders } from './request-headers';
import { NOT_AUTHORIZED, type RequestAuthorization } from './request-authorization';
import { NO_RESPONSE, type ProxyResponse } from './responses/proxy-response';
import { type CompiledRoute } from './routes/compiled-route';

const NO_BODY = Buffer.alloc(0);
const NO_HEADERS: readonly string[] = [];

/** What the cache had to do with an answer, as `X-Cache` says it; '' on routes without a cache. */
export type CacheStatus = '' | 'HIT' | 'MISS' | 'BYPASS' | 'STALE';

/** What a runner measured of an invocation. */
export interface InvocationTimes {
  readonly durationUs: number;
  /** 0 where an environment was warm. */
  readonly initUs: number;
}

/** A request whose head is read and found well-formed. */
export interface Received {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly requestId: string;
  /** Monotonic, for durations. */
  readonly receivedAtMs: number;
  /** Wall clock, for events and logs. */
  readonly receivedEpochMs: number;
  readonly method: string;
  /** Canonical: the one form that is routed, authorized and logged. */
  readonly path: string;
  /** As sent, without the question mark. */
  readonly rawQuery: string;
  readonly headers: RequestHeaders;
  /** The client's address: the peer's, or what a trusted proxy says. */
  readonly sourceIp: string;
  /** Bytes of the answer's body; 0 until it is written. */
  bodyBytes: number;
}

/** A received request that has its route. Later steps fill what the steps after them read. */
export interface Routed extends Received {
  readonly route: CompiledRoute;
  /** First part of the public path that is no part of the event's path: `/{api}`, `/functions/{name}`, a domain's base path. */
  readonly mount: string;
  /** `/{stage}` where the public path names a stage: in front of an event's path, as on AWS. '' for `$default` and custom domains. */
  readonly stagePath: string;
  /** The path below mount and stage. */
  readonly routedPath: string;
  readonly pathParameters: Readonly<Record<string, string>> | null;
  /** As sent, but without what signed it, once that is verified. */
  rawQuery: string;
  /** As sent, but without the Authorization that IAM verified: nobody behind the gateway may use it. */
  headers: RequestHeaders;
  /** A signed request whose body is still to be compared with what was signed; null = nothing is owed. */
  signed: SignedRequest | null;
  /** `NOT_AUTHORIZED` unless the route asks who is there and has found out. */
  authorization: RequestAuthorization;
  /** Id of the API key the request was made with; '' where none was asked for. */
  apiKeyId: string;
  /** What its API key opens, and how often; null where none was asked for. */
  stageAccess: StageAccess | null;
  /** Empty until read-body has run, and where there is none. */
  body: Buffer;
  /** Of a body that is handed on as it comes: how much of it came so far. */
  streamedBytes: number;
  /** `NO_RESPONSE` until a step has answered. */
  answer: ProxyResponse;
  cacheStatus: CacheStatus;
  /** Time from handing the request to the integration to its answer; 0 where none was asked. */
  integrationMs: number;
  /** Monotonic; 0 where nobody noted it. */
  integrationStartedAtMs: number;
  /** How the function's run went; null where none ran. */
  invocation: InvocationTimes | null;
  /** What steps add to the answer, whoever made it: name, value, … */
  extraHeaders: readonly string[];
}

/** One request. One class for all of its life keeps every step reading the same shape. */
export class RequestContext implements Received {
  bodyBytes = 0;
  /** Set by match-route; until then only `Received` is promised. */
  route: CompiledRoute | null = null;
  mount = '';
  stagePath = '';
  routedPath = '';
  pathParameters: Readonly<Record<string, string>> | null = null;
  signed: SignedRequest | null = null;
  authorization: RequestAuthorization = NOT_AUTHORIZED;
  apiKeyId = '';
  stageAccess: StageAccess | null = null;
  body: Buffer = NO_BODY;
  streamedBytes = 0;
  answer: ProxyResponse = NO_RESPONSE;
  cacheStatus: CacheStatus = '';
  integrationMs = 0;
  integrationStartedAtMs = 0;
  invocation: InvocationTimes | null = null;
  extraHeaders: readonly string[] = NO_HEADERS;

  constructor(
    readonly request: IncomingMessage,
    readonly response: ServerResponse,
    readonly requestId: string,
    readonly receivedAtMs: number,
    readonly receivedEpochMs: number,
    readonly method: string,
    readonly path: string,
    public rawQuery: string,
    public headers: RequestHeaders,
    readonly sourceIp: string,
  ) {}
}

/** Adds a header to whatever answer this request gets. */
export function addResponseHeader(context: Routed, name: string, value: string): void {
  context.extraHeaders = context.extraHeaders === NO_HEADERS ? [name, value] : [...context.extraHeaders, name, value];
}

/** What was measured while an integration was asked on behalf of a request with less to see. */
export function takeIntegrationTimes(context: Routed, asked: Routed): void {
  context.integrationMs = asked.integrationMs;
  context.integrationStartedAtMs = asked.integrationStartedAtMs;
  context.invocation = asked.invocation;
}
