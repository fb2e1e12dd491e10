import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import { waitFor } from '@sluice/testing';
import { echo, ProxyRoute } from './proxy-route.fixture';

let proxy: ProxyRoute;

beforeAll(async () => {
  proxy = await ProxyRoute.start();
});

beforeEach(() => {
  proxy.serve = echo;
});

afterAll(() => proxy.stop());

describe('streams', () => {
  it('go through as they come: the upstream has the first part before the client has sent the second, and the other way round', async () => {
    const parts: string[] = [];
    let write: (text: string) => void = () => undefined;
    proxy.serve = (request, response) => {
      write = (text) => void response.write(text);
      request.on('data', (chunk: Buffer) => parts.push(chunk.toString()));
      request.on('end', () => response.end());
      response.writeHead(200).flushHeaders();
    };
    await proxy.route({});
    const request = http.request(`${proxy.url}/x`, { method: 'POST', agent: false });
    const answered = once(request, 'response') as Promise<[IncomingMessage]>;
    request.write('one');
    await waitFor(() => parts.length === 1);
    const [response] = await answered;
    const received: string[] = [];
    response.on('data', (chunk: Buffer) => received.push(chunk.toString()));
    write('first');
    await waitFor(() => received.length === 1);
    request.write('two');
    await waitFor(() => parts.length === 2);
    write('second');
    await waitFor(() => received.length === 2);
    request.end();
    await once(response, 'end');
    expect({ parts, received }).toEqual({ parts: ['one', 'two'], received: ['first', 'second'] });
  });

  it('a client that leaves in the middle of an answer ends it at the upstream', async () => {
    let closed = false;
    proxy.serve = (_request, response) => {
      response.on('close', () => (closed = true));
      response.writeHead(200).write('x');
    };
    await proxy.route({});
    const request = http.get(`${proxy.url}/x`, { agent: false });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    await once(response, 'data');
    expect(closed).toBe(false);
    request.destroy();
    await waitFor(() => closed);
  });

  it('a client that reads slowly slows the upstream down instead of filling the gateway', async () => {
    const chunk = Buffer.alloc(64 * 1024);
    let sent = 0;
    let finished = false;
    proxy.serve = (_request, response) => {
      const push = (): void => {
        while (sent < 1_600) {
          sent++;
          if (!response.write(chunk)) return void response.once('drain', push);
        }
        finished = true;
        response.end();
      };
      response.writeHead(200);
      push();
    };
    await proxy.route({});
    const request = http.get(`${proxy.url}/x`, { agent: false });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.pause();
    let before = -1;
    await waitFor(() => {
      const still = sent === before;
      before = sent;
      return still;
    });
    expect(finished).toBe(false);
    let bytes = 0;
    response.on('data', (part: Buffer) => (bytes += part.length));
    response.resume();
    await once(response, 'end');
    expect(bytes).toBe(1_600 * chunk.length);
  });

  it('an upstream that breaks off breaks the answer off: it does not look whole', async () => {
    proxy.serve = (_request, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half', () => response.destroy());
    };
    await proxy.route({});
    await expect(proxy.call('/x')).rejects.toThrow(/aborted|hang up|ECONNRESET/);
  });

  it('an upstream that answers before it has read the body is heard', async () => {
    proxy.serve = (_request, response) => void response.writeHead(403, { connection: 'close' }).end('no');
    await proxy.route({});
    const request = http.request(`${proxy.url}/x`, { method: 'POST', agent: false });
    request.on('error', () => undefined);
    request.write('a'.repeat(100_000));
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(403);
    request.destroy();
  });

  it('a body over the limit of the route is refused, whether it says its length or not', async () => {
    await proxy.route({}, { route: { bodyBytesMax: 10 } });
    expect(await proxy.call('/x', { method: 'POST', body: '12345678901' })).toMatchObject({ status: 413 });
    const chunked = proxy.call('/x', {
      method: 'POST',
      headers: { 'transfer-encoding': 'chunked' },
      body: '12345678901',
    });
    expect(await chunked).toMatchObject({ status: 413, headers: { 'x-sluice-error': 'PAYLOAD_TOO_LARGE' } });
    expect(await proxy.call('/x', { method: 'POST', body: '1234567890' })).toMatchObject({ status: 200 });
  });
});
