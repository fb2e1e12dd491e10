import { type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Bundler } from '@sluice/bundler';
import { ResponseCache } from '@sluice/caching';
import { SettingsError, type GatewaySettings } from '@sluice/config';
import { EgressClient, EgressPolicy, WebhookSender } from '@sluice/egress';
import { RevisionStore } from '@sluice/functions';
import { InvocationClient } from '@sluice/invocation';
import { FunctionLogReader, newRequestId, type Logger } from '@sluice/logging';
import { AlarmStates, MetricsRegistry } from '@sluice/metrics';
import { RedisKeys, type RedisRoles } from '@sluice/redis';
import { Access } from './access';
import { AppModule } from './app.module';
import { ConfigurationStore } from './configuration/configuration-store';
import { GatewayHeartbeats } from './configuration/gateway-heartbeats';
import { accessServices } from './control-plane/access-services';
import { AlarmEvaluator } from './control-plane/alarms/alarm-evaluator';
import { AlarmService } from './control-plane/alarms/alarm-service';
import { apiServices, endCanary, type ApiServices } from './control-plane/api-services';
import { DecisionPurgeService } from './control-plane/authorizers/decision-purge-service';
import { CacheFlushService } from './control-plane/cache/cache-flush-service';
import { CachePreviewService } from './control-plane/cache/cache-preview-service';
import { type ControlPlaneParts } from './control-plane/control-plane.module';
import { FunctionProbe } from './control-plane/functions/function-probe';
import { FunctionPublisher } from './control-plane/functions/function-publisher';
import { FunctionService } from './control-plane/functions/function-service';
import { Canary } from './control-plane/health/canary';
import { Readiness } from './control-plane/health/readiness';
import { AdminAdapter } from './control-plane/http/admin-adapter';
import { identifyRequest } from './control-plane/http/identify-request';
import { InvocationService } from './control-plane/invocations/invocation-service';
import { LogService } from './control-plane/logs/log-service';
import { registerGatewayMetrics } from './control-plane/metrics/gateway-metrics';
import { MetricArchive } from './control-plane/metrics/metric-archive';
import { MetricHousekeeping } from './control-plane/metrics/metric-housekeeping';
import { MetricService } from './control-plane/metrics/metric-service';
import { RunnerFleet } from './control-plane/metrics/runner-fleet';
import { originOf, PublicAddress } from './control-plane/public-address';
import { Authorizers } from './data-plane/authorizers/authorizers';
import { followPurges } from './data-plane/authorizers/follow-purges';
import { usageServices } from './control-plane/usage-services';
import { followFlushes } from './data-plane/cache/follow-flushes';
import { CanaryWatch } from './data-plane/canary/canary-watch';
import { AccessLogs } from './data-plane/access-log/access-logs';
import { postLines } from './data-plane/access-log/post-lines';
import { Recorder } from './data-plane/handlers/record';
import { PublicServer, type PublicServerOptions } from './data-plane/public-server';
import { RequestMetrics } from './data-plane/request-metrics';
import { FunctionTargets } from './data-plane/routes/function-targets';
import { Upstreams } from './data-plane/integrations/upstreams';
import { RouteDirectory } from './data-plane/routes/route-directory';
import { StepTimes } from './data-plane/step-times';
import { SpanExporter } from './data-plane/tracing/span-exporter';
import { Tracer } from './data-plane/tracing/tracer';
import { clientAddress } from './data-plane/client-address';
import { CertificateStore } from './data-plane/tls/certificate-store';
import { Throttling } from './throttling';
import { nestLogger } from './nest-logger';

export interface GatewayOptions {
  readonly settings: GatewaySettings;
  readonly redis: RedisRoles;
  readonly logger: Logger;
  /** Names this process among the gateways. */
  readonly gatewayId: string;
}

/** Everything in a gateway, put together and started in the order it depends on one another. */
export class Gateway {
  private readonly keys = new RedisKeys();
  private readonly registry = new MetricsRegistry();
  private readonly archive: MetricArchive;
  private readonly metrics: RequestMetrics;
  private readonly housekeeping: MetricHousekeeping;
  private readonly alarmStates: AlarmStates;
  private readonly alarmEvaluator: AlarmEvaluator;
  private readonly configuration: ConfigurationStore;
  private readonly access: Access;
  private readonly invocations: InvocationClient;
  private readonly cache: ResponseCache;
  private readonly targets: FunctionTargets;
  private readonly egressPolicy: EgressPolicy;
  private readonly egress: EgressClient;
  private readonly webhooks: WebhookSender;
  private readonly throttling: Throttling;
  private readonly authorizers: Authorizers;
  private readonly bundler: Bundler;
  private readonly canary: Canary;
  private readonly readiness: Readiness;
  private readonly address: PublicAddress;
  private readonly upstreams: Upstreams;
  private readonly apis: ApiServices;
  private readonly canaries: CanaryWatch;
  private readonly routes: RouteDirectory;
  private readonly accessLogs: AccessLogs;
  private readonly spans: SpanExporter | null;
  private readonly publicServer: PublicServer;
  private readonly adapter = new AdminAdapter();
  private stopFollowingFlushes: () => void = () => undefined;
  private stopFollowingPurges: () => void = () => undefined;
  private app: INestApplication | null = null;

  constructor(private readonly options: GatewayOptions) {
    const { settings, redis, logger, gatewayId } = options;
    const onError = (message: string, error: unknown): void => logger.warn(message, { error });
    this.archive = new MetricArchive({
      redis: redis.durable,
      keys: this.keys,
      gatewayId,
      bytesMax: settings.metricsMaxMb * 1024 * 1024,
      nowMs: Date.now,
      onError,
    });
    this.housekeeping = new MetricHousekeeping({
      redis: redis.volatile,
      keys: this.keys,
      gatewayId,
      works: [
        { name: 'rolling up metrics', everyMs: 60_000, run: () => this.archive.rollup.run() },
        { name: 'evaluating alarms', everyMs: 5_000, run: () => this.alarmEvaluator.run() },
      ],
      nowMs,
      onError,
    });
    this.configuration = new ConfigurationStore({
      redis: redis.durable,
      subscriber: redis.forBlocking('durable', 'configuration'),
      heartbeats: new GatewayHeartbeats({ redis: redis.volatile, gatewayId, nowMs, onError }),
      nowMs,
      onError,
    });
    this.access = new Access({ settings, redis, configuration: this.configuration, onError });
    this.invocations = new InvocationClient({
      redis: redis.volatile,
      keys: this.keys,
      linkKey: settings.masterKey.subKey('link'),
      ...linkAddress(settings),
      acceptByMs: settings.acceptByMs,
      logger,
    });
    this.cache = new ResponseCache({
      redis: redis.volatile,
      subscriber: redis.forBlocking('volatile', 'cache'),
      keys: this.keys,
      encryptionKey: settings.masterKey.subKey('cache'),
      memoryBytesMax: settings.cacheMemoryMb * BYTES_PER_MB,
      redisBytesMax: settings.cacheRedisMb * BYTES_PER_MB,
      nowMs,
      onError,
    });
    this.egressPolicy = egressPolicy(settings);
    this.egress = new EgressClient(this.egressPolicy);
    this.webhooks = new WebhookSender({
      egress: this.egress,
      newDeliveryId: newRequestId,
      nowEpochMs: Date.now,
      onLost: (message, context) => logger.warn(message, context),
    });
    this.alarmStates = new AlarmStates({ redis: redis.durable, keys: this.keys });
    this.alarmEvaluator = new AlarmEvaluator({
      configuration: this.configuration,
      reader: this.archive.reader,
      states: this.alarmStates,
      masterKey: settings.masterKey,
      send: (webhook) => this.webhooks.send(webhook),
      nowMs: Date.now,
      onError,
    });
    this.throttling = new Throttling({
      settings,
      redis,
      configuration: this.configuration,
      sendWebhook: (webhook) => this.webhooks.send(webhook),
      nowMs,
      onError,
    });
    this.authorizers = new Authorizers({ egress: this.egress, nowMs, nowEpochMs: Date.now, onError });
    this.bundler = new Bundler({ logger });
    this.canary = new Canary({ invocations: this.invocations, newRequestId, nowMs });
    this.readiness = new Readiness(this.configuration, nowMs);
    this.address = new PublicAddress(settings.bindAddress);

    this.upstreams = new Upstreams({ policy: this.egressPolicy, masterKey: settings.masterKey, nowMs });
    this.metrics = new RequestMetrics(this.registry, this.archive.recorder);
    const { metrics } = this;
    this.targets = new FunctionTargets(this.configuration, metrics);
    this.spans = spanExporter(settings, gatewayId, onError);
    const tracer = this.spans === null ? null : new Tracer(this.spans, settings.tracing?.ratio ?? 1);
    this.accessLogs = new AccessLogs({
      target: settings.accessLog,
      dataDirectory: settings.dataDirectory,
      post: postLines(this.egress),
      onError,
    });
    this.registry
      .gauge('sluice_access_log_dropped_lines', 'Access-log lines lost because the target could not follow.')
      .labels()
      .readFrom(() => this.accessLogs.dropped);
    this.apis = apiServices({
      configuration: this.configuration,
      redis: redis.durable,
      egress: this.egressPolicy,
      masterKey: settings.masterKey,
    });
    this.canaries = new CanaryWatch({
      configuration: this.configuration,
      redis: redis.volatile,
      abort: (api, stage, deploymentId, reason) => {
        logger.warn('a canary ends by itself', { api, stage, deploymentId, reason });
        return endCanary(this.apis, api, stage, deploymentId, reason);
      },
      onError,
    });
    this.routes = new RouteDirectory({
      configuration: this.configuration,
      canaries: this.canaries,
      onError,
      parts: {
        access: this.access,
        invocations: this.invocations,
        accessLogs: this.accessLogs,
        tracer,
        targets: this.targets,
        upstreams: this.upstreams,
        cache: this.cache,
        authorizers: this.authorizers,
        throttling: this.throttling,
      },
      metrics,
      stepTimes: settings.traceSteps ? new StepTimes(this.registry) : null,
    });
    const recorder = new Recorder(metrics, this.accessLogs, tracer, logger);
    this.publicServer = new PublicServer(
      { routes: this.routes, recorder },
      {
        host: settings.bindAddress,
        port: settings.publicPort,
        clientAddress: clientAddress(settings.trustedProxies),
        tls: this.tls(),
      },
    );
  }

  /** Resolves when both listeners take requests. A port that is taken rejects with a SettingsError naming it. */
  async start(): Promise<{ publicUrl: string; adminUrl: string; tlsUrl?: string }> {
    const { settings, logger } = this.options;
    await this.access.open();
    await Promise.all([this.configuration.start(), this.invocations.start(), this.cache.start(), this.bundler.start()]);
    this.stopFollowingFlushes = followFlushes(this.configuration, this.cache);
    this.stopFollowingPurges = followPurges(this.configuration, this.authorizers.decisions);
    this.access.start();
    this.upstreams.start();
    this.throttling.start();
    await this.routes.start();
    registerGatewayMetrics(this.registry, this.canary, this.configuration, this.cache);
    const parts = this.controlPlane();
    this.app = await NestFactory.create(AppModule.of(parts, this.publicServer), this.adapter, {
      logger: nestLogger(logger),
      bodyParser: false,
      abortOnError: false,
    });
    this.app.use(identifyRequest(newRequestId));
    await naming({ PUBLIC_PORT: settings.publicPort, TLS_PORT: settings.tls?.port }, this.app.init());
    const { adminPort, adminBindAddress } = settings;
    await naming({ ADMIN_PORT: adminPort }, this.adapter.start(adminPort, adminBindAddress));
    this.canary.start();
    this.canaries.start();
    this.archive.start(this.registry);
    this.housekeeping.start();
    const { url: publicUrl, tlsUrl } = this.address;
    const adminUrl = originOf(settings.adminBindAddress, this.adapter.port);
    return { publicUrl, adminUrl, ...(tlsUrl === null ? {} : { tlsUrl }) };
  }

  /** Takes nothing new, finishes what it has, at most `graceMs`, and lets go of everything. */
  async stop(graceMs: number): Promise<void> {
    this.readiness.drain();
    this.canary.stop();
    this.canaries.stop();
    const graceOver = new Promise<void>((resolve) => setTimeout(resolve, graceMs).unref());
    await Promise.race([this.app?.close(), graceOver]);
    this.publicServer.close();
    this.adapter.closeAllConnections();
    this.routes.stop();
    this.webhooks.stop();
    this.stopFollowingFlushes();
    this.stopFollowingPurges();
    this.cache.stop();
    await Promise.all([
      this.invocations.close(),
      this.configuration.stop(),
      this.bundler.close(),
      this.access.stop(),
      this.throttling.stop(),
      this.upstreams.stop(),
    ]);
    await Promise.all([
      this.egress.close(),
      this.accessLogs.close(),
      this.spans?.stop(),
      this.housekeeping.stop(),
      this.archive.stop(),
    ]);
  }

  private tls(): PublicServerOptions['tls'] {
    const { tls, masterKey } = this.options.settings;
    if (tls === null) return null;
    const certificates = new CertificateStore({
      configuration: this.configuration,
      masterKey,
      byDefault: tls.defaultCertificate,
      onProblem: (message, details) => this.options.logger.warn(message, details),
    });
    return { port: tls.port, certificates };
  }

  private controlPlane(): ControlPlaneParts {
    const { settings, redis, logger } = this.options;
    const { configuration, invocations, bundler, address, canary, readiness, registry, keys } = this;
    const revisions = new RevisionStore({ redis: redis.durable, masterKey: settings.masterKey });
    const probe = new FunctionProbe(invocations, newRequestId);
    const publisher = new FunctionPublisher({
      configuration,
      revisions,
      masterKey: settings.masterKey,
      probe,
      nowMs: Date.now,
      logger,
    });
    const logReader = new FunctionLogReader({ redis: redis.volatile, keys });
    return {
      access: this.access,
      ...usageServices({
        configuration,
        directory: this.throttling.apiKeys,
        redis: redis.durable,
        masterKey: settings.masterKey,
      }),
      ...accessServices(this.access, configuration, settings.masterKey),
      ...this.apis,
      configuration,
      functions: new FunctionService({ configuration, revisions, publisher, bundler }),
      decisionPurges: new DecisionPurgeService(configuration),
      cacheFlushes: new CacheFlushService({ configuration, nowMs: Date.now }),
      cachePreviews: new CachePreviewService({
        routes: this.routes,
        targets: this.targets,
        cache: this.cache,
        configuration,
        address,
        nowMs,
      }),
      invocations: new InvocationService(configuration, invocations, this.metrics),
      logs: new LogService(configuration, logReader, Date.now),
      readiness,
      canary,
      metrics: registry,
      storedMetrics: new MetricService(this.archive, Date.now),
      alarms: new AlarmService({
        configuration,
        states: this.alarmStates,
        egress: this.egressPolicy,
        masterKey: settings.masterKey,
        nowMs: Date.now,
      }),
      alarmStates: this.alarmStates,
      runners: new RunnerFleet(redis.volatile, keys),
      address,
      logger,
    };
  }
}

const BYTES_PER_MB = 1024 * 1024;

/** A clock that never goes back. */
const nowMs = (): number => performance.now();

function egressPolicy({ egressAllow, egressPorts }: GatewaySettings): EgressPolicy {
  try {
    return EgressPolicy.parse(egressAllow, egressPorts);
  } catch (error) {
    throw new SettingsError([(error as Error).message]);
  }
}

function linkAddress({ link }: GatewaySettings): { linkAddress: string; advertisedAddress?: string } {
  if (link.kind === 'unix') return { linkAddress: `unix:${link.path}` };
  const host = link.host.includes(':') ? `[${link.host}]` : link.host;
  const { advertised } = link;
  return {
    linkAddress: `${host}:${link.port}`,
    ...(advertised === undefined ? {} : { advertisedAddress: advertised }),
  };
}

/** null where the operator names no collector: then tracing costs nothing. */
function spanExporter(
  { tracing }: GatewaySettings,
  instanceId: string,
  onError: (message: string, error: unknown) => void,
): SpanExporter | null {
  return tracing === undefined ? null : new SpanExporter({ ...tracing, instanceId, onError });
}

/** A port that cannot be had becomes one line that names its setting. */
async function naming(ports: Readonly<Record<string, number | undefined>>, listening: Promise<unknown>): Promise<void> {
  try {
    await listening;
  } catch (error) {
    const { code, port } = error as NodeJS.ErrnoException & { port?: number };
    const setting = Object.keys(ports).find((name) => ports[name] === port);
    if (setting === undefined) throw error;
    if (code === 'EADDRINUSE') throw new SettingsError([`${setting}=${port} is taken by another process`]);
    if (code === 'EACCES') throw new SettingsError([`${setting}=${port} may not be opened by this user`]);
    throw error;
  }
}
