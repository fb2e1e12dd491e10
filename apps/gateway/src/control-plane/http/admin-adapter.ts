import { createServer, STATUS_CODES, type Server, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { ExpressAdapter } from '@nestjs/platform-express';
import { ERROR_CATALOGUE, LIMITS, type ErrorCode } from '@sluice/contracts';
import { Reply, writeReply } from './reply';

/**
 * Express as the control plane needs it: no body parser, no headers of its own, bounded headers and times, and an answer
 * written by `Reply` alone.
 */
export class AdminAdapter extends ExpressAdapter {
  constructor() {
    super();
    for (const setting of ['x-powered-by', 'etag', 'query parser']) this.set(setting, false);
  }

  override initHttpServer(): void {
    const server = createServer(
      {
        maxHeaderSize: LIMITS.requestHeaderBytesMax,
        headersTimeout: LIMITS.requestHeadersTimeoutMs,
        requestTimeout: LIMITS.requestTimeoutMs,
        requireHostHeader: true,
      },
      this.getInstance<Parameters<typeof createServer>[1]>(),
    );
    server.on('clientError', refuse);
    this.httpServer = server;
  }

  override reply(response: ServerResponse, body: unknown, status?: number): void {
    writeReply(response, body instanceof Reply ? body : new Reply(status ?? 200, body));
  }

  /** Not Nest's `listen`, which logs a taken port before its caller can say which setting that was. */
  async start(port: number, host: string): Promise<void> {
    const server = this.httpServer as Server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        server.off('error', reject);
        resolve();
      });
    });
  }

  /** Resolves when every request is answered; connections go as they become idle. */
  override async close(): Promise<void> {
    const server = this.httpServer as Server;
    const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_MS);
    await new Promise<void>((resolve) => server.close(() => resolve()));
    clearInterval(sweep);
  }

  closeAllConnections(): void {
    (this.httpServer as Server | undefined)?.closeAllConnections();
  }

  /** The port it listens on. */
  get port(): number {
    const bound = (this.httpServer as Server).address();
    return typeof bound === 'object' && bound !== null ? bound.port : 0;
  }
}

const IDLE_SWEEP_MS = 50;

/** Bytes that are no HTTP request: answered in the shape of every other error, and the connection ends. */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
  const code: ErrorCode = error.code === 'HPE_HEADER_OVERFLOW' ? 'HEADERS_TOO_LARGE' : 'BAD_REQUEST';
  const { status, summary } = ERROR_CATALOGUE[code];
  const body = JSON.stringify({ code, message: summary });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ncontent-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n` +
      `cache-control: no-store\r\nconnection: close\r\n\r\n${body}`,
  );
}
