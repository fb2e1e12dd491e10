import http from 'node:http';
import { startTestRedis, type TestRedis } from '@sluice/testing';
import { startTestGateway, type TestGateway } from '../../test-gateway.fixture';

export interface Called {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: string;
}

/** So slow that no token comes back while a test runs. */
export const never = (burst: number): object => ({ rate: 0.001, burst });

export const countOf = (calls: readonly Called[], status: number): number =>
  calls.filter((one) => one.status === status).length;

/** Gateways that share a Redis, APIs that answer by themselves, and a client that can ask any of them. */
export class ThrottledGateways {
  private readonly agent = new http.Agent({ keepAlive: true, maxSockets: 128 });
  private lastApi = 0;

  private constructor(
    readonly redis: TestRedis,
    readonly gateways: readonly TestGateway[],
  ) {}

  static async start(count: number, environment: Record<string, string> = {}): Promise<ThrottledGateways> {
    const redis = await startTestRedis();
    const gateways = Array.from({ length: count }, () => startTestGateway(redis, environment));
    return new ThrottledGateways(redis, await Promise.all(gateways));
  }

  async stop(): Promise<void> {
    this.agent.destroy();
    await Promise.all(this.gateways.map((gateway) => gateway.stop()));
    await this.redis.stop();
  }

  call(path: string, headers: Record<string, string> = {}, at = 0): Promise<Called> {
    return new Promise((resolve, reject) => {
      const url = `${this.gateways[at % this.gateways.length]?.publicUrl}${path}`;
      const request = http.get(url, { agent: this.agent, headers }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
        response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      });
      request.on('error', reject);
    });
  }

  /** So many at once, to the gateways in turn. */
  calls(times: number, path: string, headers: Record<string, string> = {}): Promise<Called[]> {
    return Promise.all(Array.from({ length: times }, (_, at) => this.call(path, headers, at)));
  }

  /** A request to the control plane; throws when it is refused. */
  async manage(method: string, path: string, json?: object): Promise<Record<string, unknown>> {
    const [gateway] = this.gateways;
    if (gateway === undefined) throw new Error('a gateway runs');
    const answer = await gateway.request(method, path, json === undefined ? {} : { json });
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
    return answer.text === '' ? {} : (JSON.parse(answer.text) as Record<string, unknown>);
  }

  /** An API that answers `GET /{path+}` by itself; its name. */
  async exposeApi(api: object, route: object = {}): Promise<string> {
    const name = `api-${++this.lastApi}`;
    const routes = [{ route: 'GET /{path+}', integration: { type: 'mock', body: 'ok' }, ...route }];
    await this.manage('PUT', `/v1/apis/${name}`, { routes, ...api });
    return name;
  }

  /** A key of a plan of its own, `plan-{api}`. */
  async issueKey(api: string, plan: object): Promise<{ id: string; headers: Record<string, string> }> {
    await this.manage('PUT', `/v1/usage-plans/plan-${api}`, { stages: [{ api }], ...plan });
    const { id, value } = await this.manage('POST', '/v1/api-keys', { name: api, usagePlans: [`plan-${api}`] });
    return { id: id as string, headers: { 'x-api-key': value as string } };
  }
}
