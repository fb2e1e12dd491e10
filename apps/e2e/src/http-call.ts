import http from 'node:http';

export interface CallOptions {
  readonly method?: string;
  readonly headers?: http.OutgoingHttpHeaders;
  readonly body?: string | Buffer;
  readonly agent?: http.Agent;
  readonly timeoutMs?: number;
}

/** A whole answer. Header names are lower-case; several values of one name are joined as Node joins them. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** Name, value, … as they came. */
  readonly rawHeaders: readonly string[];
  readonly bytes: Buffer;
  readonly text: string;
  readonly json: unknown;
}

/** One request with node:http: it sends the path and the headers as they are given, which `fetch` does not. */
export function call(url: string, options: CallOptions = {}): Promise<Answer> {
  const { method = 'GET', headers = {}, body, agent, timeoutMs = 20_000 } = options;
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const request = http.request(
      {
        hostname,
        port,
        path: pathOf(url),
        method,
        // node:http frames a body by itself only for some methods.
        headers: body === undefined ? headers : { 'content-length': Buffer.byteLength(body), ...headers },
        timeout: timeoutMs,
        ...(agent === undefined ? {} : { agent }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const bytes = Buffer.concat(chunks);
          const text = bytes.toString('utf8');
          resolve({
            status: response.statusCode ?? 0,
            headers: joined(response.headers),
            rawHeaders: response.rawHeaders,
            bytes,
            text,
            json: parseJson(text),
          });
        });
      },
    );
    request.on('timeout', () => request.destroy(new Error(`${method} ${url} had no answer in ${timeoutMs} ms`)));
    request.on('error', reject);
    request.end(body);
  });
}

/** Everything after the authority, untouched: a parser would clean up what a test wants to send. */
function pathOf(url: string): string {
  const start = url.indexOf('/', url.indexOf('//') + 2);
  return start === -1 ? '/' : url.slice(start);
}

function joined(headers: http.IncomingHttpHeaders): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
