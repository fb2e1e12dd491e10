import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { type NestExpressApplication } from '@nestjs/platform-express';
import {
  loadRunnerSettings,
  removeRunFile,
  SettingsError,
  watchParent,
  writeRunFile,
  type RunnerSettings,
} from '@sluice/config';
import { createLogger, newRequestId, type Logger } from '@sluice/logging';
import { MetricsRegistry } from '@sluice/metrics';
import { RedisRoles } from '@sluice/redis';
import { Runner } from './runner';
import { RunnerModule } from './runner.module';

const FORCED_EXIT_MARGIN_MS = 1_000;

/** The function runner process. SIGTERM drains; the end of its parent ends it at once. */
async function main(): Promise<void> {
  const settings = loadRunnerSettings(process.env);
  const logger = createLogger({ name: 'function-runner', level: settings.logLevel });
  for (const warning of settings.warnings) logger.warn(warning);
  watchParent(process.env, () => process.exit(1));

  const registry = new MetricsRegistry();
  const redis = await RedisRoles.connect(settings, {
    name: 'function-runner',
    onError: (error) => logger.debug('a Redis connection failed', { error: error.message }),
  });
  const runner = new Runner({ settings, redis, registry, logger, runnerId: newRequestId() });
  const app = await NestFactory.create<NestExpressApplication>(RunnerModule.of(runner, registry), {
    logger: ['error', 'warn'],
  });
  app.disable('x-powered-by');
  const url = await listen(app, settings);
  await runner.start();
  writeRunFile(settings.dataDirectory, 'runner', { pid: process.pid, runnerUrl: url });
  logger.info('ready', { url, hosts: settings.sandboxHosts });

  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) return;
    stopping = true;
    logger.info('draining', { signal, graceMs: settings.shutdownGraceMs });
    forceExitAfter(settings.shutdownGraceMs + FORCED_EXIT_MARGIN_MS, logger);
    shutDown(runner, app, redis, settings).then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error('the shutdown failed', { error: String(error) });
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
}

async function listen(app: NestExpressApplication, { runnerPort, bindAddress }: RunnerSettings): Promise<string> {
  try {
    await app.listen(runnerPort, bindAddress);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    throw new SettingsError([`RUNNER_PORT=${runnerPort} is taken by another process`]);
  }
  return (await app.getUrl()).replace('[::1]', 'localhost');
}

async function shutDown(
  runner: Runner,
  app: NestExpressApplication,
  redis: RedisRoles,
  settings: RunnerSettings,
): Promise<void> {
  const graceOver = new Promise<void>((resolve) => setTimeout(resolve, settings.shutdownGraceMs).unref());
  await Promise.race([runner.drain(), graceOver]);
  await runner.close();
  removeRunFile(settings.dataDirectory, 'runner', process.pid);
  await app.close();
  await redis.close();
}

/** Hosts notice the end of this process by themselves. */
function forceExitAfter(timeoutMs: number, logger: Logger): void {
  setTimeout(() => {
    logger.error('the shutdown took longer than its grace');
    process.exit(1);
  }, timeoutMs).unref();
}

main().catch((error: unknown) => {
  const text = error instanceof SettingsError ? error.message : String(error instanceof Error ? error.stack : error);
  process.stderr.write(`${text}\n`);
  process.exit(1);
});
