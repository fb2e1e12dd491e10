import { type Received, type Routed } from '../request-context';

/** What is logged of a request once it is over. */
export interface AccessLogEntry {
  readonly received: Received;
  /** null where no route was found. */
  readonly routed: Routed | null;
  /** What ended the request instead of an answer; null when it was answered. */
  readonly failure: unknown;
  readonly status: number;
  readonly latencyMs: number;
  readonly integrationMs: number;
}
