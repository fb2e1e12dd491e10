import { once } from 'node:events';
import http, { type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { type AddressInfo } from 'node:net';
import { startTestRedis, type TestRedis } from '@sluice/testing';
import { startTestGateway, type TestGateway } from '../../test-gateway.fixture';

/** What an upstream saw of a request. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface ProxyAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
}

/** Answers with what it saw, as JSON. */
export const echo: RequestListener = (request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const { method = '', url = '', headers } = request;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString('utf8') }));
  });
};

export const seenBy = ({ text }: ProxyAnswer): Seen => JSON.parse(text) as Seen;

/** A gateway whose API `up` leads to an upstream on this machine. */
export class ProxyRoute {
  /** What the upstream does. */
  serve: RequestListener = echo;
  connections = 0;
  private readonly upstream: http.Server;

  private constructor(
    private readonly redis: TestRedis,
    private readonly gateway: TestGateway,
  ) {
    this.upstream = http.createServer((request, response) => this.serve(request, response));
    this.upstream.on('connection', () => this.connections++);
  }

  static async start(): Promise<ProxyRoute> {
    const redis = await startTestRedis();
    const proxy = new ProxyRoute(redis, await startTestGateway(redis, { SLUICE_EGRESS_ALLOW: '127.0.0.1:*' }));
    proxy.upstream.listen(0, '127.0.0.1');
    await once(proxy.upstream, 'listening');
    return proxy;
  }

  async stop(): Promise<void> {
    await this.gateway.stop();
    this.upstream.closeAllConnections();
    this.upstream.close();
    await this.redis.stop();
  }

  /** Of the API. */
  get url(): string {
    return `${this.gateway.publicUrl}/up`;
  }

  get upstreamPort(): number {
    return (this.upstream.address() as AddressInfo).port;
  }

  /** Declares the API with one route for everything; throws when it is refused. */
  async route(settings: object, over: { readonly api?: object; readonly route?: object } = {}): Promise<void> {
    const integration = { type: 'http-proxy', url: `http://127.0.0.1:${this.upstreamPort}/base/{proxy}`, ...settings };
    const { status, text } = await this.gateway.request('PUT', '/v1/apis/up', {
      json: { routes: [{ route: 'ANY /{proxy+}', integration, ...over.route }], ...over.api },
    });
    if (status !== 200 && status !== 201) throw new Error(text);
  }

  call(path: string, options: http.RequestOptions & { body?: string } = {}): Promise<ProxyAnswer> {
    return new Promise((resolve, reject) => {
      const { body, ...rest } = options;
      const request = http.request(this.url + path, { agent: false, ...rest }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const { statusCode = 0, headers } = response;
          resolve({ status: statusCode, headers, text: Buffer.concat(chunks).toString() });
        });
      });
      request.on('error', reject);
      request.end(body);
    });
  }
}
