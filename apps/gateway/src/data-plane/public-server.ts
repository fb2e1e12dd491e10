import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import { type Socket } from 'node:net';
import { LIMITS, SluiceError, type ErrorCode } from '@sluice/contracts';
import { canonicalPath } from '@sluice/routing';
import { plainAddress, type ClientAddress } from './client-address';
import { gatewayResponse } from './gateway-response';
import { writeGatewayResponse } from './handlers/write-response';
import { RequestContext } from './request-context';
import { RequestHeaders, readHeaders } from './request-headers';
import { handleRequest, type Pipeline } from './request-pipeline';
import { endReadyAnswers } from './responses/end-of-turn';
import { type CertificateStore } from './tls/certificate-store';

/** Longer than any keep-alive of a proxy in front, so that it is never us who closes a connection in use. */
const KEEP_ALIVE_MS = 75_000;
const SWEEP_MS = 1_000;
const DRAIN_SWEEP_MS = 50;
const NO_HEADERS = new RequestHeaders([], '', '', '', '', '', '');
/** Answers whether the process is there; everything else about health is on the admin listener. */
const HEALTH_PATH = '/health';

export interface PublicServerOptions {
  readonly host: string;
  readonly port: number;
  readonly clientAddress: ClientAddress;
  /** null = no https. */
  readonly tls: { readonly port: number; readonly certificates: CertificateStore } | null;
}

/**
 * The public listener: plain node:http, because routes are data. It reads the head of a request into one canonical form,
 * refuses what two readers could understand differently, and hands the rest to the pipeline.
 */
export class PublicServer {
  private readonly server: Server;
  private readonly secureServer: SecureServer | null;
  private draining = false;
  /** Connections on which something could mean two things: what follows it there, perhaps read already, is not trusted. */
  private readonly distrusted = new WeakSet<Socket>();

  constructor(
    private readonly pipeline: Pipeline,
    private readonly options: PublicServerOptions,
  ) {
    const received = (request: IncomingMessage, response: ServerResponse): void => this.received(request, response);
    this.server = createServer(HTTP_OPTIONS, received);
    this.secureServer = options.tls === null ? null : secureServer(options.tls.certificates, received);
    for (const server of this.servers())
      server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => this.malformed(error, socket));
  }

  /** Resolves with the ports it listens on; rejects with EADDRINUSE when one is taken. */
  async start(): Promise<{ port: number; tlsPort: number | null }> {
    const { host, port, tls } = this.options;
    const bound = await listening(this.server, port, host);
    if (tls === null || this.secureServer === null) return { port: bound, tlsPort: null };
    const { secureServer } = this;
    tls.certificates.start((pair) => secureServer.setSecureContext({ ...pair, minVersion: 'TLSv1.2' }));
    return { port: bound, tlsPort: await listening(secureServer, tls.port, host) };
  }

  /** Takes no new connection, tells present ones to go, and resolves when every request is answered. */
  async drain(): Promise<void> {
    this.draining = true;
    const servers = this.servers();
    const closed = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    // A connection whose request came before the drain is kept alive by its answer: it is idle from then on.
    const closeIdle = (): void => servers.forEach((server) => server.closeIdleConnections());
    const sweep = setInterval(closeIdle, DRAIN_SWEEP_MS);
    closeIdle();
    await Promise.all(closed);
    clearInterval(sweep);
  }

  /** Ends what drain did not wait for. */
  close(): void {
    for (const server of this.servers()) server.closeAllConnections();
    this.options.tls?.certificates.stop();
  }

  private servers(): (Server | SecureServer)[] {
    return this.secureServer === null ? [this.server] : [this.server, this.secureServer];
  }

  private received(request: IncomingMessage, response: ServerResponse): void {
    if (this.distrusted.has(request.socket)) return;
    const requestId = randomUUID();
    const receivedAtMs = performance.now();
    const receivedEpochMs = Date.now();
    const method = request.method ?? '';
    const peer = plainAddress(request.socket.remoteAddress ?? '');
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
        headers.forwardedFor === '' ? peer : this.options.clientAddress(peer, headers.forwardedFor),
      );
    if (this.draining) response.shouldKeepAlive = false;
    try {
      const headers = readHeaders(request.rawHeaders);
      if (headers.host === '' && request.httpVersion !== '1.0')
        throw new SluiceError('BAD_REQUEST', 'The header host is missing.');
      const { path, rawQuery } = canonicalPath(request.url ?? '');
      if (path === HEALTH_PATH && !this.pipeline.routes.isCustomDomain(headers.host)) return answerHealth(response);
      handleRequest(this.pipeline, received(headers, path, rawQuery));
    } catch (error) {
      this.refuse(received(NO_HEADERS, '', ''), error);
    }
  }

  /** A head that is well-formed HTTP but could mean two things. The connection ends with this answer. */
  private refuse(received: RequestContext, error: unknown): void {
    this.distrusted.add(received.request.socket);
    received.response.shouldKeepAlive = false;
    writeGatewayResponse(received, gatewayResponse(error, 'http'));
    this.pipeline.recorder.record(received, null, error);
  }

  /** Bytes that are no HTTP request, or one that came too slowly or with too large a head. */
  private malformed(error: NodeJS.ErrnoException, socket: Socket): void {
    if (!socket.writable || error.code === 'ECONNRESET') return void socket.destroy();
    if (this.distrusted.has(socket)) return;
    this.distrusted.add(socket);
    const [status, code] = MALFORMED[error.code ?? ''] ?? (['400 Bad Request', 'BAD_REQUEST'] as const);
    const { body } = gatewayResponse(new SluiceError(code, ''), 'http');
    const requestId = randomUUID();
    this.pipeline.recorder.recordMalformed(
      requestId,
      Number(status.slice(0, 3)),
      code,
      plainAddress(socket.remoteAddress ?? ''),
    );
    const answering = answeringOn(socket);
    // What were written now would be taken for the answer to a request before, or for a part of the one that has begun.
    if (answering !== null && (answering.req.complete || answering.headersSent)) return endBehindAnswers(socket);
    socket.end(
      `HTTP/1.1 ${status}\r\ncontent-type: application/json\r\nx-content-type-options: nosniff\r\nx-sluice-error: ${code}\r\n` +
        `apigw-requestid: ${requestId}\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
      () => socket.destroy(),
    );
  }
}

const HTTP_OPTIONS = {
  maxHeaderSize: LIMITS.requestHeaderBytesMax,
  headersTimeout: LIMITS.requestHeadersTimeoutMs,
  requestTimeout: LIMITS.requestTimeoutMs,
  connectionsCheckingInterval: SWEEP_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
  // Refused in our own words and with a record; Node would answer by itself.
  requireHostHeader: false,
  noDelay: true,
  // A request that announces no body is no stream: nothing waits for its end, and nothing is set up and torn down for it.
  optimizeEmptyRequests: true,
} as const;

function secureServer(
  certificates: CertificateStore,
  received: (request: IncomingMessage, response: ServerResponse) => void,
): SecureServer {
  const server = createSecureServer(
    {
      ...HTTP_OPTIONS,
      minVersion: 'TLSv1.2',
      handshakeTimeout: LIMITS.requestHeadersTimeoutMs,
      SNICallback: (serverName, answer) => {
        const context = certificates.contextFor(serverName);
        if (context === null) answer(new Error('there is no certificate for this name'));
        else answer(null, context);
      },
    },
    received,
  );
  // A client that is done asking may end its side at once, and a TLS connection ends with it: what is answered goes out before.
  server.on('secureConnection', (socket) => socket.prependListener('end', endReadyAnswers));
  // A handshake that fails is the client's affair, and Node has ended its connection.
  server.on('tlsClientError', () => undefined);
  return server;
}

/** Resolves with the port a server listens on. */
async function listening(server: Server | SecureServer, port: number, host: string): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const bound = server.address();
  return typeof bound === 'object' && bound !== null ? bound.port : port;
}

/** Ends a connection once the requests that came whole are answered. One that did not is never answered on it. */
function endBehindAnswers(socket: Socket): void {
  const answering = answeringOn(socket);
  if (answering === null) socket.destroySoon();
  else if (!answering.req.complete) socket.destroy();
  // By then node:http has given the connection to the next answer.
  else answering.once('finish', () => endBehindAnswers(socket));
}

/** The answer under way on a connection; node:http looks at the same field before it answers a malformed request by itself. */
function answeringOn(socket: Socket): ServerResponse | null {
  return (socket as Socket & { readonly _httpMessage?: ServerResponse | null })._httpMessage ?? null;
}

const MALFORMED: Readonly<Record<string, readonly [status: string, code: ErrorCode]>> = {
  HPE_HEADER_OVERFLOW: ['431 Request Header Fields Too Large', 'HEADERS_TOO_LARGE'],
  ERR_HTTP_REQUEST_TIMEOUT: ['408 Request Timeout', 'BAD_REQUEST'],
};

function answerHealth(response: ServerResponse): void {
  response.writeHead(200, ['content-type', 'application/json', 'content-length', '15']);
  response.end('{"status":"ok"}');
}
