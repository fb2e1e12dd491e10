import { type ResponseCache } from '@sluice/caching';
import { type InvocationClient } from '@sluice/invocation';
import { type Access } from '../access';
import { type Throttling } from '../throttling';
import { type Upstreams } from './integrations/upstreams';
import { type Authorizers } from './authorizers/authorizers';
import { type AccessLogs } from './access-log/access-logs';
import { type FunctionTargets } from './routes/function-targets';
import { type Tracer } from './tracing/tracer';

/** The services that steps work with, by name; made once by the composition in `gateway.ts`. */
export interface PipelineParts {
  readonly access: Pick<Access, 'signatures' | 'uses'>;
  readonly invocations: InvocationClient;
  readonly targets: FunctionTargets;
  readonly accessLogs: AccessLogs;
  /** null = no spans are recorded. */
  readonly tracer: Tracer | null;
  readonly upstreams: Upstreams;
  readonly cache: ResponseCache;
  readonly authorizers: Authorizers;
  readonly throttling: Throttling;
}
