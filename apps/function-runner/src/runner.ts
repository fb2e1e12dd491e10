import { type RunnerSettings } from '@sluice/config';
import { RevisionStore } from '@sluice/functions';
import { InvocationWorker, type ReceivedInvocation } from '@sluice/invocation';
import { enforceLogBudget, FunctionLogWriter, type Logger } from '@sluice/logging';
import { type MetricsRegistry } from '@sluice/metrics';
import { RedisKeys, type Redis, type RedisRoles } from '@sluice/redis';
import { hostCommand } from '@sluice/sandbox';
import { availableParallelism } from 'node:os';
import { Heartbeat } from './heartbeat';
import { Dispatcher } from './hosts/dispatcher';
import { FunctionProfiles } from './hosts/function-profile';
import { hostReport, registerHostMetrics, type HostReport } from './hosts/host-report';
import { InvocationMetrics } from './invocations/invocation-metrics';
import { InvocationService } from './invocations/invocation-service';
import { Prober } from './invocations/prober';
import { CodeCacheStore } from './revisions/code-cache-store';
import { RevisionCache } from './revisions/revision-cache';
import { type CodeCache } from './revisions/runnable-revision';
import { StackMapper } from './revisions/stack-mapper';

export interface RunnerOptions {
  readonly settings: RunnerSettings;
  readonly redis: RedisRoles;
  readonly registry: MetricsRegistry;
  readonly logger: Logger;
  readonly runnerId: string;
}

/** What a runner tells about itself: in its heartbeat, and in the body of `/health/ready`. */
export interface RunnerStatus {
  readonly id: string;
  readonly pid: number;
  readonly startedAt: string;
  readonly hosts: readonly HostReport[];
  readonly hostRestarts: number;
  readonly inFlight: number;
  readonly draining: boolean;
}

const IDLE_ENVIRONMENT_MS = 5 * 60_000;
const REVISION_CACHE_BYTES = 128 * 1024 * 1024;
const LOG_BUDGET_INTERVAL_MS = 10_000;
const LOG_FLUSH_TIMEOUT_MS = 2_000;
const REDIS_ANSWER_MS = 5_000;

/** Everything in a runner, put together: queue → revision → host → answer, log and metrics. */
export class Runner {
  private readonly dispatcher: Dispatcher;
  private readonly service: InvocationService;
  private readonly prober: Prober;
  private readonly revisions: RevisionCache;
  private readonly profiles = new FunctionProfiles();
  private readonly metrics: InvocationMetrics;
  private readonly logs: FunctionLogWriter;
  private readonly worker: InvocationWorker;
  private readonly heartbeat: Heartbeat;
  private readonly keys = new RedisKeys();
  private readonly blockingRedis: Redis;
  private readonly startedAt = new Date();
  private logBudgetTimer: NodeJS.Timeout | null = null;
  private draining = false;

  constructor(private readonly options: RunnerOptions) {
    const { settings, redis, registry, logger, runnerId } = options;
    const { keys, profiles } = this;
    const nowMs = (): number => performance.now();
    const epochMs = (): number => Date.now();
    const store = new RevisionStore({ redis: redis.durable, masterKey: settings.masterKey });
    const codeCaches = new CodeCacheStore({
      redis: redis.volatile,
      keys,
      hmacKey: settings.masterKey.subKey('code-cache'),
    });
    this.metrics = new InvocationMetrics(registry);
    this.dispatcher = new Dispatcher({
      sharedHosts: settings.sandboxHosts,
      soloHostsMax: settings.sandboxSoloHosts,
      rssMb: settings.hostRssMb,
      hostCommand: (rssMb) =>
        hostCommand({
          rssMb,
          runningSlots: runningSlots(settings),
          snapshot: settings.sandboxSnapshot,
          idleMs: IDLE_ENVIRONMENT_MS,
        }),
      profiles,
      logger,
      nowMs,
    });
    this.revisions = new RevisionCache({
      load: (functionName, revision) => store.load(functionName, revision),
      loadCodeCache: (functionName, sha256) => this.loadCodeCache(codeCaches, functionName, sha256),
      onEvicted: (revision) => this.dispatcher.unload(revision),
      profiles,
      metrics: this.metrics,
      bytesMax: REVISION_CACHE_BYTES,
      nowMs,
    });
    const stackMapper = new StackMapper({
      loadSourceMap: (functionName, sha256) => store.loadSourceMap(functionName, sha256),
    });
    this.logs = new FunctionLogWriter({
      redis: redis.volatile,
      keys,
      writerId: runnerId,
      onError: (error) => logger.warn('function logs wait for Redis', { error: String(error) }),
    });
    this.service = new InvocationService({
      revisions: this.revisions,
      dispatcher: this.dispatcher,
      stackMapper,
      logs: this.logs,
      nowMs,
      epochMs,
    });
    this.prober = new Prober({
      loadRevision: (functionName, revision) => this.revisions.loadForProbe(functionName, revision),
      probeHost: () => this.dispatcher.probeHost,
      saveCodeCache: (functionName, sha256, hostKey, bytes) => codeCaches.save(functionName, sha256, hostKey, bytes),
      stackMapper,
      logger,
      nowMs,
    });
    this.blockingRedis = redis.forBlocking('volatile', 'sync-queue');
    this.worker = new InvocationWorker({
      redis: redis.volatile,
      keys,
      blockingRedis: this.blockingRedis,
      linkKey: settings.masterKey.subKey('link'),
      runnerId,
      logger,
      inFlightMax: settings.inflightMax,
      onInvocation: (invocation) => this.receive(invocation),
    });
    this.heartbeat = new Heartbeat({
      redis: redis.volatile,
      keys,
      runnerId,
      content: () => this.status(),
      logger,
      epochMs,
    });
    registerHostMetrics(registry, this.dispatcher.pool);
  }

  /** Resolves when every host has passed its self-test and invocations are taken. */
  async start(): Promise<void> {
    await this.dispatcher.start({
      finished: (execution, result) => this.service.finished(execution, result),
      failed: (execution, outcome) => this.service.failed(execution, outcome),
      probed: (_host, probeId, result, codeCache) => this.prober.probed(probeId, result, codeCache),
      probesLost: (_host, probeIds) => this.prober.lost(probeIds),
      tick: (nowMs) => this.prober.tick(nowMs),
    });
    await this.worker.start();
    await this.heartbeat.start();
    this.logBudgetTimer = setInterval(() => this.housekeeping(), LOG_BUDGET_INTERVAL_MS);
  }

  /** Takes nothing new and resolves when everything taken is answered and logged. */
  async drain(): Promise<void> {
    this.draining = true;
    await this.worker.drain();
    if (!(await this.logs.flush(LOG_FLUSH_TIMEOUT_MS)))
      this.options.logger.warn('some function log records are lost: Redis does not take them');
  }

  async close(): Promise<void> {
    if (this.logBudgetTimer !== null) clearInterval(this.logBudgetTimer);
    await this.heartbeat.stop();
    await this.worker.close();
    this.logs.close();
    await this.dispatcher.close();
    this.blockingRedis.disconnect();
  }

  status(): RunnerStatus {
    const { pool } = this.dispatcher;
    return {
      id: this.options.runnerId,
      pid: process.pid,
      startedAt: this.startedAt.toISOString(),
      hosts: hostReport(pool),
      hostRestarts: pool.restarts,
      inFlight: this.worker.inFlight,
      draining: this.draining,
    };
  }

  /** What keeps this runner from serving, in words; empty when it is ready. */
  notReadyBecause(): string[] {
    const reasons: string[] = [];
    if (this.draining) reasons.push('draining');
    const serving = this.dispatcher.pool.shared.filter((host) => host !== null).length;
    if (serving === 0) reasons.push('no sandbox host has passed its self-test');
    const answeredAtMs = this.heartbeat.redisAnsweredAtMs;
    if (answeredAtMs === null || Date.now() - answeredAtMs > REDIS_ANSWER_MS)
      reasons.push('Redis has not answered for 5 s');
    return reasons;
  }

  private receive(invocation: ReceivedInvocation): void {
    if (invocation.kind === 'probe') this.prober.receive(invocation);
    else this.service.receive(invocation);
  }

  private async loadCodeCache(store: CodeCacheStore, functionName: string, sha256: string): Promise<CodeCache | null> {
    const hostKey = this.dispatcher.pool.codeCacheKey;
    if (hostKey === null) return null;
    const bytes = await store.load(functionName, sha256, hostKey);
    return bytes === null ? null : { hostKey, bytes };
  }

  private housekeeping(): void {
    const { redis, runnerId, settings, logger } = this.options;
    const bytesMax = settings.logsMaxMb * 1024 * 1024;
    enforceLogBudget({ redis: redis.volatile, keys: this.keys, writerId: runnerId, bytesMax }).catch(
      (error: unknown) => {
        logger.warn('function logs were not trimmed', { error: String(error) });
      },
    );
    for (const functionName of this.profiles.forgetUnused(performance.now())) {
      this.revisions.forget(functionName);
      this.metrics.forget(functionName);
    }
  }
}

/** A function may use half of a host's slots, so over all hosts it can use every core. */
function runningSlots({ sandboxHosts }: RunnerSettings): number {
  return 2 * Math.ceil(availableParallelism() / sandboxHosts);
}
