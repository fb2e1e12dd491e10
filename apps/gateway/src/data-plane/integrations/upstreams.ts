import { createHash } from 'node:crypto';
import { type MasterKey } from '@sluice/config';
import { LIMITS, type HttpProxyIntegration } from '@sluice/contracts';
import { egressConnector, type EgressPolicy } from '@sluice/egress';
import { Pool } from 'undici';
import { CircuitBreaker } from './circuit-breaker';
import { upstreamKeyAad } from './upstream-key';

const SWEEP_MS = 60_000;
const KEEP_ALIVE_MS = 30_000;
/** Never more than the upstream says in its Keep-Alive header, and never longer than this. */
const KEEP_ALIVE_MS_MAX = 300_000;

/** Which connections a route uses: routes whose settings are the same share them, also over redeployments. */
export interface UpstreamName {
  readonly key: string;
  /** Whose encrypted keys the settings may hold. */
  readonly apiName: string;
  readonly origin: string;
  readonly settings: Pick<HttpProxyIntegration, 'connectTimeoutMs' | 'tls' | 'circuitBreaker'>;
}

/** One origin with its open connections. */
export interface Upstream {
  readonly pool: Pool;
  /** null = the route has none. */
  readonly breaker: CircuitBreaker | null;
}

export function upstreamName(apiName: string, origin: string, integration: HttpProxyIntegration): UpstreamName {
  const { connectTimeoutMs, tls, circuitBreaker } = integration;
  const settings = {
    connectTimeoutMs,
    ...(tls === undefined ? {} : { tls }),
    ...(circuitBreaker === undefined ? {} : { circuitBreaker }),
  };
  const digest = createHash('sha256').update(JSON.stringify(settings)).digest('base64url');
  return { key: `${origin} ${digest}`, apiName, origin, settings };
}

/**
 * Connections to upstreams, kept alive and reused, one pool per origin and settings. Every connection passes the egress policy
 * when it is made. Pools that nobody used for five minutes are closed.
 */
export class Upstreams {
  private readonly open = new Map<string, Upstream & { usedAtMs: number }>();
  private sweep: NodeJS.Timeout | null = null;

  /** A clock that never goes back. */
  readonly nowMs: () => number;

  constructor(
    private readonly options: {
      readonly policy: EgressPolicy;
      readonly masterKey: MasterKey;
      readonly nowMs: () => number;
    },
  ) {
    this.nowMs = options.nowMs;
  }

  start(): void {
    this.sweep = setInterval(() => this.closeUnused(), SWEEP_MS).unref();
  }

  /** Ends every connection, those in use included. */
  async stop(): Promise<void> {
    if (this.sweep !== null) clearInterval(this.sweep);
    const all = [...this.open.values()];
    this.open.clear();
    await Promise.all(all.map(({ pool }) => pool.destroy()));
  }

  get(name: UpstreamName): Upstream {
    let upstream = this.open.get(name.key);
    if (upstream === undefined) {
      upstream = { ...this.connect(name), usedAtMs: 0 };
      this.open.set(name.key, upstream);
    }
    upstream.usedAtMs = this.nowMs();
    return upstream;
  }

  private connect({ apiName, origin, settings }: UpstreamName): Upstream {
    const { connectTimeoutMs, tls, circuitBreaker } = settings;
    const { ca, cert, key, serverName } = tls ?? {};
    const pool = new Pool(origin, {
      connect: egressConnector(this.options.policy, {
        connectTimeoutMs,
        tls: {
          ...(ca === undefined ? {} : { ca }),
          ...(cert === undefined ? {} : { cert }),
          ...(key === undefined ? {} : { key: this.options.masterKey.decrypt(key, upstreamKeyAad(apiName)) }),
          ...(serverName === undefined ? {} : { servername: serverName }),
        },
      }),
      connections: LIMITS.upstreamConnectionsMax,
      pipelining: 1,
      allowH2: false,
      maxHeaderSize: LIMITS.upstreamHeaderBytesMax,
      keepAliveTimeout: KEEP_ALIVE_MS,
      keepAliveMaxTimeout: KEEP_ALIVE_MS_MAX,
      headersTimeout: 0, // the route's own, which is exact
    });
    return { pool, breaker: circuitBreaker === undefined ? null : new CircuitBreaker(circuitBreaker) };
  }

  private closeUnused(): void {
    const unusedSinceMs = this.nowMs() - LIMITS.upstreamIdleMs;
    for (const [key, { pool, usedAtMs }] of this.open) {
      if (usedAtMs > unusedSinceMs || pool.stats.size > 0) continue;
      this.open.delete(key);
      pool.close().catch(() => undefined); // there is nothing it could still have to say
    }
  }
}
