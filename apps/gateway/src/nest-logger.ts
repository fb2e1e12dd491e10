import { type LoggerService } from '@nestjs/common';
import { type Logger } from '@sluice/logging';

/** Nest's own messages as lines of our log; what it says while it starts is of interest to a developer only. */
export function nestLogger(logger: Logger): LoggerService {
  return {
    log: (message: unknown) => logger.debug(text(message)),
    warn: (message: unknown) => logger.warn(text(message)),
    error: (message: unknown, stack?: unknown) => logger.error(text(message), stack === undefined ? {} : { stack }),
    debug: (message: unknown) => logger.debug(text(message)),
    verbose: (message: unknown) => logger.debug(text(message)),
    fatal: (message: unknown) => logger.fatal(text(message)),
  };
}

function text(message: unknown): string {
  return message instanceof Error ? message.message : typeof message === 'string' ? message : JSON.stringify(message);
}
