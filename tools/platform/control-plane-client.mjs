import { URLSearchParams } from 'node:url';

/**
 * The control plane as the repository's own tools use it: HTTP Basic, one method per resource.
 * Every method resolves with `{ status, headers, body }`; a refusal is an answer, not an exception, because tools also try what must be refused.
 */
export class ControlPlaneClient {
  #adminUrl;
  #authorization;

  /** @param {{ adminUrl: string, accessKeyId: string, secretAccessKey: string }} options */
  constructor({ adminUrl, accessKeyId, secretAccessKey }) {
    this.#adminUrl = adminUrl.replace(/\/$/, '');
    this.#authorization = `Basic ${Buffer.from(`${accessKeyId}:${secretAccessKey}`).toString('base64')}`;
  }

  /** Uploads one TypeScript file; `config` holds scalar settings only (they travel as query parameters). */
  putFunction(name, source, config = {}) {
    const query = new URLSearchParams(Object.entries(config).map(([key, value]) => [key, String(value)])).toString();
    return this.request('PUT', `/v1/functions/${name}${query === '' ? '' : `?${query}`}`, {
      contentType: 'application/typescript',
      body: source,
    });
  }

  /** Uploads a map of files with any setting, environment included. */
  putFunctionFiles(name, files, config = {}) {
    return this.#json('PUT', `/v1/functions/${name}`, { files, config });
  }

  deleteFunction(name) {
    return this.request('DELETE', `/v1/functions/${name}`);
  }

  putApi(name, definition) {
    return this.#json('PUT', `/v1/apis/${name}`, definition);
  }

  deleteApi(name) {
    return this.request('DELETE', `/v1/apis/${name}`);
  }

  putUsagePlan(name, plan) {
    return this.#json('PUT', `/v1/usage-plans/${name}`, plan);
  }

  /** The answer's body has the key's `value`, this once. */
  createApiKey(settings) {
    return this.#json('POST', '/v1/api-keys', settings);
  }

  functionLogs(name, limit = 1000) {
    return this.request('GET', `/v1/functions/${name}/logs?limit=${limit}`);
  }

  #json(method, path, value) {
    return this.request(method, path, { contentType: 'application/json', body: JSON.stringify(value) });
  }

  async request(method, path, { contentType, body } = {}) {
    const response = await fetch(this.#adminUrl + path, {
      method,
      headers: { authorization: this.#authorization, ...(contentType ? { 'content-type': contentType } : {}) },
      ...(body === undefined ? {} : { body }),
      signal: AbortSignal.timeout(60_000),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parseJson(text) };
  }
}

/** Throws with the whole answer when a step that the tool itself depends on was refused. */
export function expectStatus(answer, what, ...statuses) {
  if (statuses.includes(answer.status)) return answer;
  throw new Error(`${what} was answered ${answer.status}: ${answer.text.slice(0, 2000)}`);
}

function parseJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
