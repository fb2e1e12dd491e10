import { call, type Answer, type CallOptions } from './http-call';

export interface RouteSketch {
  readonly route: string;
  readonly function: string;
  readonly qualifier?: string;
  readonly payloadFormat?: '1.0' | '2.0';
  readonly timeoutMs?: number;
}

/** The admin listener as a user with the root key and curl sees it. */
export class ControlPlane {
  readonly #adminUrl: string;
  readonly #authorization: string;

  constructor(adminUrl: string, key: { readonly accessKeyId: string; readonly secretAccessKey: string }) {
    this.#adminUrl = adminUrl.replace(/\/$/, '');
    this.#authorization = `Basic ${Buffer.from(`${key.accessKeyId}:${key.secretAccessKey}`).toString('base64')}`;
  }

  request(method: string, path: string, options: Omit<CallOptions, 'method'> = {}): Promise<Answer> {
    return call(this.#adminUrl + path, {
      timeoutMs: 60_000,
      ...options,
      method,
      headers: { authorization: this.#authorization, ...options.headers },
    });
  }

  json(method: string, path: string, value: unknown): Promise<Answer> {
    return this.request(method, path, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(value),
    });
  }

  get(path: string): Promise<Answer> {
    return this.request('GET', path);
  }

  /** Uploads one TypeScript file; settings travel as query parameters. */
  putFunction(
    name: string,
    source: string,
    config: Readonly<Record<string, string | number | boolean>> = {},
  ): Promise<Answer> {
    const query = new URLSearchParams(
      Object.entries(config).map(([key, value]): [string, string] => [key, String(value)]),
    ).toString();
    return this.request('PUT', `/v1/functions/${name}${query === '' ? '' : `?${query}`}`, {
      headers: { 'content-type': 'application/typescript' },
      body: source,
    });
  }

  putApi(name: string, routes: readonly RouteSketch[], apiStyle?: 'rest' | 'http'): Promise<Answer> {
    return this.json('PUT', `/v1/apis/${name}`, {
      ...(apiStyle === undefined ? {} : { apiStyle }),
      routes: routes.map(({ route, timeoutMs, ...integration }) => ({
        route,
        integration: { type: 'function', ...integration },
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      })),
    });
  }
}
