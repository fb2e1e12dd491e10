import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { LIMITS, SluiceError, type ErrorCode } from '@sluice/contracts';
import { canonicalPath } from '@sluice/routing';
import { gatewayResponse } from './gateway-response';
import { writeGatewayResponse } from './handlers/write-response';
import { RequestContext } from './request-context';
import { RequestHeaders, readHeaders } from './request-headers';
import { handleRequest, type Pipeline } from './request-pipeline';

/** Longer than any keep-alive of a proxy in front, so that it is never us who closes a connection in use. */
const KEEP_ALIVE_MS = 75_000;
const SWEEP_MS = 1_000;
const DRAIN_SWEEP_MS = 50;
const NO_HEADERS = new RequestHeaders([], '', '', '', '', '', '');
/** Answers whether the process is there; everything else about health is on the admin listener. */
const HEALTH_PATH = '/health';

/**
 * The public listener: plain node:http, because routes are data. It reads the head of a request into one canonical form,
 * refuses what two readers could understand differently, and hands the rest to the pipeline.
 */
export class PublicServer {
  private readonly server: Server;
  private draining = false;

  constructor(
    private readonly pipeline: Pipeline,
    private readonly address: { readonly host: string; readonly port: number },
  ) {
    this.server = createServer(
      {
        maxHeaderSize: LIMITS.requestHeaderBytesMax,
        headersTimeout: LIMITS.requestHeadersTimeoutMs,
        requestTimeout: LIMITS.requestTimeoutMs,
        connectionsCheckingInterval: SWEEP_MS,
        keepAliveTimeout: KEEP_ALIVE_MS,
        // Refused below, in our own words and with a record; Node would answer by itself.
        requireHostHeader: false,
        noDelay: true,
      },
      (request, response) => this.received(request, response),
    );
    this.server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => this.malformed(error, socket));
  }

  /** Resolves with the port it listens on; rejects with EADDRINUSE when it is taken. */
  async start(): Promise<{ port: number }> {
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(this.address.port, this.address.host, resolve);
    });
    const bound = this.server.address();
    return { port: typeof bound === 'object' && bound !== null ? bound.port : this.address.port };
  }

  /** Takes no new connection, tells present ones to go, and resolves when every request is answered. */
  async drain(): Promise<void> {
    this.draining = true;
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()));
    // A connection whose request came before the drain is kept alive by its answer: it is idle from then on.
    const sweep = setInterval(() => this.server.closeIdleConnections(), DRAIN_SWEEP_MS);
    this.server.closeIdleConnections();
    await closed;
    clearInterval(sweep);
  }

  /** Ends what drain did not wait for. */
  close(): void {
    this.server.closeAllConnections();
  }

  private received(request: IncomingMessage, response: ServerResponse): void {
    const requestId = randomUUID();
    const receivedAtMs = performance.now();
    const receivedEpochMs = Date.now();
    const method = request.method ?? '';
    const sourceIp = plainAddress(request.socket.remoteAddress ?? '');
    const received = (headers: RequestHeaders, path: string, rawQuery: string): RequestContext =>
      new RequestContext(
        request,
        response,
        requestId,
        receivedAtMs,
        receivedEpochMs,
        method,
        path,
        rawQuery,
        headers,
        sourceIp,
      );
    if (this.draining) response.shouldKeepAlive = false;
    try {
      const headers = readHeaders(request.rawHeaders);
      if (headers.host === '' && request.httpVersion !== '1.0')
        throw new SluiceError('BAD_REQUEST', 'The header host is missing.');
      const { path, rawQuery } = canonicalPath(request.url ?? '');
      if (path === HEALTH_PATH) return answerHealth(response);
      handleRequest(this.pipeline, received(headers, path, rawQuery));
    } catch (error) {
      this.refuse(received(NO_HEADERS, '', ''), error);
    }
  }

  /** A head that is well-formed HTTP but could mean two things. The connection ends: what follows on it is not trusted either. */
  private refuse(received: RequestContext, error: unknown): void {
    received.response.shouldKeepAlive = false;
    writeGatewayResponse(received, gatewayResponse(error, 'http'));
    this.pipeline.recorder.record(received, null, error);
  }

  /** Bytes that are no HTTP request, or one that came too slowly or with too large a head. */
  private malformed(error: NodeJS.ErrnoException, socket: Socket): void {
    if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
    const [status, code] = MALFORMED[error.code ?? ''] ?? (['400 Bad Request', 'BAD_REQUEST'] as const);
    const { body } = gatewayResponse(new SluiceError(code, ''), 'http');
    const requestId = randomUUID();
    socket.end(
      `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\nx-content-type-options: nosniff\r\nx-sluice-error: ${code}\r\n` +
        `apigw-requestid: ${requestId}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
      () => socket.destroy(),
    );
    this.pipeline.recorder.recordMalformed(
      requestId,
      Number(status.slice(0, 3)),
      code,
      plainAddress(socket.remoteAddress ?? ''),
    );
  }
}

const MALFORMED: Readonly<Record<string, readonly [status: string, code: ErrorCode]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'HEADERS_TOO_LARGE'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'BAD_REQUEST'],
};

function answerHealth(response: ServerResponse): void {
  response.writeHead(200, ['content-type', 'application/json', 'content-length', '15']);
  response.end('{"status":"ok"}');
}

/** IPv4 clients of a dual-stack socket are seen by their IPv4 address. */
function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}
