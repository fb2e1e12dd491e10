import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type CompiledRoute } from './routes/compiled-route';
import { type RequestHeaders } from './request-headers';
import { type ProxyResponse } from './responses/proxy-response';

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
  readonly sourceIp: string;
  /** Bytes of the answer's body; 0 until it is written. */
  bodyBytes: number;
}

/** A received request that has its route. Later steps fill what the steps after them read. */
export interface Routed extends Received {
  readonly route: CompiledRoute;
  /** The path below the API's mount. */
  readonly routedPath: string;
  readonly pathParameters: Readonly<Record<string, string>> | null;
  /** Empty until read-body has run, and where there is none. */
  body: Buffer;
  /** `NO_RESPONSE` until integrate has run. */
  answer: ProxyResponse;
  /** Time from handing the request to the integration to its answer; 0 where none was asked. */
  integrationMs: number;
}
