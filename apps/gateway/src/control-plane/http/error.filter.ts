import { type ServerResponse } from 'node:http';
import { Catch, HttpException, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { SluiceError, type ErrorCode } from '@sluice/contracts';
import { type Logger } from '@sluice/logging';
import { type AdminRequest } from './admin-request';
import { Reply, writeReply } from './reply';
import { type RouteInventory } from './route-inventory';
import { isStoreFailure } from './store-failure';

/** The one place of the control plane that turns what was thrown into HTTP: `{ code, message, details?, requestId }`. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  constructor(
    private readonly routes: RouteInventory,
    private readonly logger: Logger,
  ) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<AdminRequest>();
    const response = host.switchToHttp().getResponse<ServerResponse>();
    // Terminus answers with its own body, ready or not.
    if (thrown instanceof HttpException && thrown.getStatus() === 503) {
      return writeReply(response, new Reply(503, thrown.getResponse()));
    }
    const error = this.asSluiceError(thrown, request);
    if (error.status >= 500) {
      const { requestId, method } = request;
      this.logger.warn('a control plane request failed', {
        requestId,
        method,
        path: pathOf(request),
        code: error.code,
        error: thrown,
      });
    }
    const { code, message, details } = error;
    const headers: Record<string, string> = {};
    if (code === 'UNAUTHENTICATED') headers['www-authenticate'] = 'Basic realm="Sluice", charset="UTF-8"';
    if (error.status === 503 || error.status === 429) headers['retry-after'] = '1';
    if (code === 'METHOD_NOT_ALLOWED') headers['allow'] = this.routes.methodsOf(pathOf(request)).join(', ');
    const body = { code, message, ...(details ? { details } : {}), requestId: request.requestId };
    writeReply(response, new Reply(error.status, body, headers));
  }

  private asSluiceError(thrown: unknown, request: AdminRequest): SluiceError {
    if (thrown instanceof SluiceError) return thrown;
    if (thrown instanceof NotFoundException) return this.notFound(request);
    if (isStoreFailure(thrown)) {
      return new SluiceError('STORE_UNAVAILABLE', STORE_MESSAGE, { cause: thrown });
    }
    const status = (thrown as { status?: unknown } | null)?.status;
    if (typeof status === 'number' && status >= 400 && status < 500) {
      return new SluiceError('BAD_REQUEST', 'The request is not well-formed.', { cause: thrown });
    }
    return new SluiceError('INTERNAL', 'Something went wrong here; the request id finds it in the log.', {
      cause: thrown,
    });
  }

  private notFound(request: AdminRequest): SluiceError {
    const path = pathOf(request);
    const methods = this.routes.methodsOf(path);
    const code: ErrorCode = methods.length > 0 ? 'METHOD_NOT_ALLOWED' : 'NOT_FOUND';
    return new SluiceError(
      code,
      methods.length > 0
        ? `${path.slice(0, 200)} takes ${methods.join(', ')}.`
        : `Nothing is at ${path.slice(0, 200)}; GET /docs lists what there is.`,
    );
  }
}

/** A command that timed out may still be carried out, so this does not promise more than is known. */
const STORE_MESSAGE =
  'Redis does not answer. Read what is there before you try again: a write may have gone through late.';

function pathOf({ target }: AdminRequest): string {
  const question = target.indexOf('?');
  return question < 0 ? target : target.slice(0, question);
}
