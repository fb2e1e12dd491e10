import { Sha256 } from '@aws-crypto/sha256-js';
import { SignatureV4 } from '@smithy/signature-v4';
import { AwsClient } from 'aws4fetch';
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, request as httpRequest, type Server } from 'node:http';
import { createRequire } from 'node:module';
import { type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { parseAuthorization } from './parse-authorization';
import { type SignableRequest } from './signable-request';
import { type AccessKey } from './sign';
import { SignatureError } from './signature-error';
import { verifySignature } from './verify';

// Signers that people use against AWS sign real requests over a real socket; the server answers 204 or why not.

interface Aws4Request {
  host: string;
  path: string;
  method: string;
  body?: string;
  headers?: Record<string, string>;
  service: string;
  region: string;
  signQuery?: boolean;
}
// aws4 has no types of its own.
const aws4 = createRequire(__filename)('aws4') as {
  sign(request: Aws4Request, credentials: AccessKey): { path: string; headers: Record<string, string> };
};

const credentials: AccessKey = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};
const region = 'eu-central-1';
const services = ['sluice', 'lambda', 'apigateway', 'execute-api'];

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string | string[]>;
  readonly body?: string;
}

const requests: [string, Sent][] = [
  ['a plain read', { method: 'GET', path: '/v1/functions', query: {} }],
  ['a query out of order', { method: 'GET', path: '/v1/functions', query: { limit: '5', cursor: 'b', Marker: 'x' } }],
  ['a repeated parameter', { method: 'GET', path: '/v1/functions', query: { b: ['2', '1', '10'], a: '' } }],
  ['reserved characters in the query', { method: 'GET', path: '/v1/logs', query: { q: "a/b c+d=e&f!'()*~ä" } }],
  ['an upload', { method: 'PUT', path: '/v1/functions/hello', query: {}, body: 'export const handler = 1; // ä' }],
  ['an escaped path', { method: 'GET', path: '/v1/functions/arn%3Aaws%3Alambda%3Aname', query: {} }],
  ['reserved characters in the path', { method: 'DELETE', path: "/v1/functions/a:b,c(d)'", query: {} }],
];

let server: Server;
let host: string;

beforeAll(async () => {
  server = createServer((incoming, response) => {
    void answer(incoming).then((refusal) => response.writeHead(refusal === null ? 204 : 403).end(refusal));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
});

describe.each(services)('for the service %s', (service) => {
  test.each(requests)('@smithy/signature-v4: %s', async (_what, sent) => {
    const signed = await smithy(service).sign(smithyRequest(sent), { signingDate: new Date() });
    expect(await send(sent, target(sent), signed.headers)).toBe('204 ');
  });

  test.each(requests)('aws4: %s', async (_what, sent) => {
    const { path, headers } = aws4.sign(aws4Request(service, sent), credentials);
    expect(await send(sent, path, headers)).toBe('204 ');
  });

  test.each(requests)('aws4fetch: %s', async (_what, sent) => {
    const client = new AwsClient({ ...credentials, service, region, retries: 0 });
    const { method, body } = sent;
    const response = await client.fetch(`http://${host}${target(sent)}`, {
      method,
      ...(body === undefined ? {} : { body }),
    });
    expect(`${response.status} ${await response.text()}`).toBe('204 ');
  });
});

describe('presigned URLs', () => {
  const reads = requests.filter(([, { body }]) => body === undefined);

  test.each(reads)('@smithy/signature-v4: %s', async (_what, sent) => {
    const signed = await smithy('sluice').presign(smithyRequest(sent), { signingDate: new Date(), expiresIn: 60 });
    const query = (signed.query ?? {}) as Record<string, string | string[]>;
    expect(await send(sent, target({ ...sent, query }), {})).toBe('204 ');
  });

  test.each(reads)('aws4: %s', async (_what, sent) => {
    const unsigned = { ...aws4Request('sluice', sent), signQuery: true };
    const separator = unsigned.path.includes('?') ? '&' : '?';
    const { path } = aws4.sign({ ...unsigned, path: `${unsigned.path}${separator}X-Amz-Expires=60` }, credentials);
    expect(await send(sent, path, {})).toBe('204 ');
  });

  test.each(reads)('aws4fetch: %s', async (_what, sent) => {
    const client = new AwsClient({ ...credentials, service: 'sluice', region, retries: 0 });
    const url = new URL(`http://${host}${target(sent)}`);
    url.searchParams.set('X-Amz-Expires', '60');
    const signed = await client.sign(url.href, { method: sent.method, aws: { signQuery: true } });
    const response = await fetch(signed);
    expect(`${response.status} ${await response.text()}`).toBe('204 ');
  });
});

test('a request signed with another secret is refused', async () => {
  const sent: Sent = { method: 'GET', path: '/v1/functions', query: {} };
  const { path, headers } = aws4.sign(aws4Request('sluice', sent), { ...credentials, secretAccessKey: 'wrong' });
  expect(await send(sent, path, headers)).toBe('403 mismatch');
});

/** Null when the request is accepted, else the kind of its refusal. */
async function answer(incoming: IncomingMessage): Promise<string | null> {
  const body = await text(incoming);
  const { method = '', url = '', rawHeaders } = incoming;
  const request: SignableRequest = { method, target: url, rawHeaders };
  try {
    const authorization = parseAuthorization(request);
    if (!authorization) return 'not signed';
    const bodySha256Hex = createHash('sha256').update(body).digest('hex');
    const options = { nowMs: Date.now(), services };
    verifySignature(request, authorization, credentials.secretAccessKey, bodySha256Hex, options);
    return null;
  } catch (error) {
    return error instanceof SignatureError ? error.kind : String(error);
  }
}

function send({ method, body }: Sent, path: string, headers: Record<string, string>): Promise<string> {
  return new Promise((resolve, reject) => {
    const [hostname, port] = host.split(':');
    const outgoing = httpRequest({ hostname, port, method, path, headers }, (response) => {
      text(response).then((answered) => resolve(`${response.statusCode} ${answered}`), reject);
    });
    outgoing.on('error', reject).end(body);
  });
}

function smithy(service: string): SignatureV4 {
  return new SignatureV4({ credentials, region, service, sha256: Sha256 });
}

function smithyRequest({ method, path, query, body }: Sent) {
  const [hostname = '', port] = host.split(':');
  return { protocol: 'http:', hostname, port: Number(port), method, path, query, headers: { host }, body };
}

function aws4Request(service: string, sent: Sent): Aws4Request {
  const { method, body } = sent;
  return { host, path: target(sent), method, service, region, headers: {}, ...(body === undefined ? {} : { body }) };
}

/** As the AWS SDKs put it on the wire. */
function target({ path, query }: Sent): string {
  const escape = (text: string): string =>
    encodeURIComponent(text).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    [value].flat().map((v) => `${escape(name)}=${escape(v)}`),
  );
  return pairs.length === 0 ? path : `${path}?${pairs.join('&')}`;
}
