import 'reflect-metadata';
import { loadGatewaySettings, removeRunFile, SettingsError, watchParent, writeRunFile } from '@sluice/config';
import { createLogger, newRequestId, type Logger } from '@sluice/logging';
import { RedisRoles } from '@sluice/redis';
import { Gateway } from './gateway';

const FORCED_EXIT_MARGIN_MS = 2_000;

/** The gateway process. SIGTERM drains; the end of its parent ends it at once. */
async function main(): Promise<void> {
  const settings = loadGatewaySettings(process.env);
  const logger = createLogger({ name: 'gateway', level: settings.logLevel });
  for (const warning of settings.warnings) logger.warn(warning);
  watchParent(process.env, () => process.exit(1));

  const redis = await RedisRoles.connect(settings, {
    name: 'gateway',
    onError: (error) => logger.debug('a Redis connection failed', { error: error.message }),
  }).catch((error: Error) => {
    throw new SettingsError([error.message]);
  });
  const gateway = new Gateway({ settings, redis, logger, gatewayId: newRequestId() });
  const urls = await gateway.start();
  writeRunFile(settings.dataDirectory, 'gateway', { pid: process.pid, ...urls });
  logger.info('ready', urls);

  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) return;
    stopping = true;
    logger.info('draining', { signal, graceMs: settings.shutdownGraceMs });
    forceExitAfter(settings.shutdownGraceMs + FORCED_EXIT_MARGIN_MS, logger);
    removeRunFile(settings.dataDirectory, 'gateway', process.pid);
    gateway
      .stop(settings.shutdownGraceMs)
      .then(() => redis.close())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          logger.error('the shutdown failed', { error });
          process.exit(1);
        },
      );
  };
  process.on('SIGTERM', () => stop('SIGTERM'));
  process.on('SIGINT', () => stop('SIGINT'));
}

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
