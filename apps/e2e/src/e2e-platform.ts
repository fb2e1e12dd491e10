import { readFileSync } from 'node:fs';
import http from 'node:http';
import { join } from 'node:path';
import { startPlatform } from '@sluice/testing';
import { ControlPlane } from './control-plane';
import { call, type Answer, type CallOptions } from './http-call';
import { platformProcesses, type PlatformProcesses } from './process-table';

type StartOptions = NonNullable<Parameters<typeof startPlatform>[0]>;
type StartedPlatform = Awaited<ReturnType<typeof startPlatform>>;

/** A whole platform: real processes, real Redis, free ports, started the way `npm start` starts it. */
export class E2ePlatform {
  readonly controlPlane: ControlPlane;
  readonly #agent = new http.Agent({ keepAlive: true });

  private constructor(readonly started: StartedPlatform) {
    this.controlPlane = new ControlPlane(started.adminUrl, started.rootKey);
  }

  static async start(options: StartOptions = {}): Promise<E2ePlatform> {
    return new E2ePlatform(await startPlatform(options));
  }

  async stop(): Promise<void> {
    this.#agent.destroy();
    await this.started.stop();
  }

  /** Calls a path of the public listener. */
  call(path: string, options: CallOptions = {}): Promise<Answer> {
    return call(this.started.publicUrl.replace(/\/$/, '') + path, { agent: this.#agent, ...options });
  }

  /** Uploads a function; throws when it is refused. */
  async deploy(
    name: string,
    source: string,
    config: Readonly<Record<string, string | number | boolean>> = {},
  ): Promise<void> {
    expectAccepted(await this.controlPlane.putFunction(name, source, config), `the upload of ${name}`);
  }

  /** Uploads a function and puts it behind every path of an API of the same name. @returns the API's path. */
  async expose(
    name: string,
    source: string,
    options: {
      style?: 'rest' | 'http';
      config?: Readonly<Record<string, string | number | boolean>>;
      timeoutMs?: number;
    } = {},
  ): Promise<string> {
    await this.deploy(name, source, options.config);
    const { style, timeoutMs } = options;
    const route = { function: name, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
    const routes = [
      { ...route, route: 'ANY /' },
      { ...route, route: 'ANY /{path+}' },
    ];
    expectAccepted(await this.controlPlane.putApi(name, routes, style), `the API ${name}`);
    return `/${name}`;
  }

  /** The lines of the access log so far. */
  accessLog(): AccessLogLine[] {
    const text = readFileSync(join(this.started.dataDir, 'logs', 'access.log'), 'utf8');
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as AccessLogLine);
  }

  /** Sum of the metric's series whose labels contain all of these. */
  async metric(name: string, labels: Readonly<Record<string, string>> = {}): Promise<number> {
    const { text } = await call(`${this.started.adminUrl}/metrics`);
    let sum = 0;
    for (const [, labelText = '', value] of text.matchAll(new RegExp(`^${name}(?:\\{(.*)\\})? (\\S+)$`, 'gm'))) {
      if (Object.entries(labels).every(([key, wanted]) => labelText.includes(`${key}="${wanted}"`)))
        sum += Number(value);
    }
    return sum;
  }

  processes(): PlatformProcesses {
    return platformProcesses(this.started.dataDir);
  }
}

export interface AccessLogLine {
  readonly requestId: string;
  readonly api: string | null;
  readonly route: string | null;
  readonly method: string | null;
  readonly path: string | null;
  readonly status: number;
  readonly latencyMs: number;
  readonly integrationLatencyMs: number;
  readonly sourceIp: string;
  readonly bytes: number;
  readonly error?: string;
}

function expectAccepted(answer: Answer, what: string): void {
  if (answer.status !== 200 && answer.status !== 201)
    throw new Error(`${what} was answered ${answer.status}: ${answer.text}`);
}
