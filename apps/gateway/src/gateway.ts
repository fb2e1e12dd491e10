import { randomBytes } from 'node:crypto';
import { type INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Bundler } from '@sluice/bundler';
import { SettingsError, type GatewaySettings } from '@sluice/config';
import { RevisionStore } from '@sluice/functions';
import { Authenticator, claimInstallation, openRootAccessKey } from '@sluice/iam';
import { InvocationClient } from '@sluice/invocation';
import { FunctionLogReader, LineWriter, newRequestId, redactValue, type Logger } from '@sluice/logging';
import { MetricsRegistry } from '@sluice/metrics';
import { RedisKeys, type RedisRoles } from '@sluice/redis';
import { AppModule } from './app.module';
import { ConfigurationStore } from './configuration/configuration-store';
import { GatewayHeartbeats } from './configuration/gateway-heartbeats';
import { ApiService } from './control-plane/apis/api-service';
import { DeploymentStore } from './control-plane/apis/deployment-store';
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
import { Recorder } from './data-plane/handlers/record';
import { PublicServer } from './data-plane/public-server';
import { RequestMetrics } from './data-plane/request-metrics';
import { FunctionTargets } from './data-plane/routes/function-targets';
import { RouteDirectory } from './data-plane/routes/route-directory';
import { StepTimes } from './data-plane/step-times';
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
  private readonly housekeeping: MetricHousekeeping;
  private readonly configuration: ConfigurationStore;
  private readonly invocations: InvocationClient;
  private readonly bundler: Bundler;
  private readonly canary: Canary;
  private readonly readiness: Readiness;
  private readonly address: PublicAddress;
  private readonly routes: RouteDirectory;
  private readonly accessLog: LineWriter | null;
  private readonly publicServer: PublicServer;
  private readonly adapter = new AdminAdapter();
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
      works: [{ name: 'rolling up metrics', everyMs: 60_000, run: () => this.archive.rollup.run() }],
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
    this.invocations = new InvocationClient({
      redis: redis.volatile,
      keys: this.keys,
      linkKey: settings.masterKey.subKey('link'),
      ...linkAddress(settings),
      acceptByMs: settings.acceptByMs,
      logger,
    });
    this.bundler = new Bundler({ logger });
    this.canary = new Canary({ invocations: this.invocations, newRequestId, nowMs });
    this.readiness = new Readiness(this.configuration, nowMs);
    this.address = new PublicAddress(settings.bindAddress);

    const metrics = new RequestMetrics(this.registry, this.archive.recorder);
    this.accessLog = openAccessLog(settings);
    this.registry
      .gauge('sluice_access_log_dropped_lines', 'Access-log lines lost because the target could not follow.')
      .labels()
      .readFrom(() => this.accessLog?.dropped ?? 0);
    this.routes = new RouteDirectory({
      configuration: this.configuration,
      parts: {
        invocations: this.invocations,
        targets: new FunctionTargets(this.configuration, metrics),
      },
      metrics,
      stepTimes: settings.traceSteps ? new StepTimes(this.registry) : null,
    });
    const recorder = new Recorder(metrics, this.accessLog, logger);
    this.publicServer = new PublicServer(
      { routes: this.routes, recorder },
      { host: settings.bindAddress, port: settings.publicPort },
    );
  }

  /** Resolves when both listeners take requests. A port that is taken rejects with a SettingsError naming it. */
  async start(): Promise<{ publicUrl: string; adminUrl: string }> {
    const { settings, redis, logger } = this.options;
    await claimInstallation(redis.durable, settings.masterKey);
    const rootAccessKey = await openRootAccessKey({
      redis: redis.durable,
      masterKey: settings.masterKey,
      dataDirectory: settings.dataDirectory,
      given: settings.rootAccessKey,
      randomBytes,
    });
    redactValue(rootAccessKey.secretAccessKey);
    const authenticator = new Authenticator({ accessKeys: rootAccessKey, nowMs: Date.now, randomBytes });
    await Promise.all([this.configuration.start(), this.invocations.start(), this.bundler.start()]);
    this.routes.start();
    registerGatewayMetrics(this.registry, this.canary, this.configuration);
    const parts = this.controlPlane(authenticator);
    this.app = await NestFactory.create(AppModule.of(parts, this.publicServer), this.adapter, {
      logger: nestLogger(logger),
      bodyParser: false,
      abortOnError: false,
    });
    this.app.use(identifyRequest(newRequestId));
    await naming('PUBLIC_PORT', settings.publicPort, this.app.init());
    await naming('ADMIN_PORT', settings.adminPort, this.adapter.start(settings.adminPort, settings.adminBindAddress));
    this.canary.start();
    this.archive.start(this.registry);
    this.housekeeping.start();
    return { publicUrl: this.address.url, adminUrl: originOf(settings.adminBindAddress, this.adapter.port) };
  }

  /** Takes nothing new, finishes what it has, at most `graceMs`, and lets go of everything. */
  async stop(graceMs: number): Promise<void> {
    this.readiness.drain();
    this.canary.stop();
    const graceOver = new Promise<void>((resolve) => setTimeout(resolve, graceMs).unref());
    await Promise.race([this.app?.close(), graceOver]);
    this.publicServer.close();
    this.adapter.closeAllConnections();
    this.routes.stop();
    await Promise.all([this.invocations.close(), this.configuration.stop(), this.bundler.close()]);
    await Promise.all([this.accessLog?.close(), this.housekeeping.stop(), this.archive.stop()]);
  }

  private controlPlane(authenticator: Authenticator): ControlPlaneParts {
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
      authenticator,
      configuration,
      functions: new FunctionService({ configuration, revisions, publisher, bundler }),
      apis: new ApiService({
        configuration,
        deployments: new DeploymentStore(redis.durable),
        newDeploymentId,
        nowMs: Date.now,
      }),
      invocations: new InvocationService(configuration, invocations),
      logs: new LogService(configuration, logReader, Date.now),
      readiness,
      canary,
      metrics: registry,
      storedMetrics: new MetricService(this.archive, Date.now),
      runners: new RunnerFleet(redis.volatile, keys),
      address,
      logger,
    };
  }
}

/** A clock that never goes back. */
const nowMs = (): number => performance.now();

/** Ten letters and digits, as AWS names deployments. */
function newDeploymentId(): string {
  return randomBytes(8).readBigUInt64BE().toString(36).padStart(10, '0').slice(-10);
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

function openAccessLog({ accessLog }: GatewaySettings): LineWriter | null {
  if (accessLog.kind === 'off') return null;
  if (accessLog.kind === 'stdout') return new LineWriter({ target: process.stdout });
  const { path, fileBytesMax, rotatedFilesMax } = accessLog;
  return new LineWriter({ target: path, fileBytesMax, filesMax: rotatedFilesMax + 1 });
}

/** A port that cannot be had becomes one line that names its setting. */
async function naming(setting: string, port: number, listening: Promise<unknown>): Promise<void> {
  try {
    await listening;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EADDRINUSE') throw new SettingsError([`${setting}=${port} is taken by another process`]);
    if (code === 'EACCES') throw new SettingsError([`${setting}=${port} may not be opened by this user`]);
    throw error;
  }
}
