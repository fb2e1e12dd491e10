import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server as TcpServer } from 'node:net';
import { gzipSync } from 'node:zlib';
import { EgressClient, type EgressRequest } from './egress-client';
import { type HostLookup } from './egress-connector';
import { EgressPolicy } from './egress-policy';
import { upstreamCertificate } from './upstream-certificate.fixture';

const usual: EgressRequest = { timeoutMs: 5_000, responseBytesMax: 1_000 };
const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

async function listen(server: Server | TcpServer, host: string, port = 0): Promise<number> {
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  closers.push(() => {
    if ('closeAllConnections' in server) server.closeAllConnections();
    return new Promise((resolve) => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

const serve = (answer: Answer, host = '127.0.0.1', port = 0): Promise<number> =>
  listen(createServer(answer), host, port);

function client(allow: string, lookup?: HostLookup, ports = ''): EgressClient {
  const made = new EgressClient(EgressPolicy.parse(allow, ports), lookup === undefined ? {} : { lookup });
  closers.push(() => made.close());
  return made;
}

const always =
  (...addresses: string[]): HostLookup =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

const codeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'answered',
    (error: unknown) => (error as { code?: string }).code ?? String(error),
  );

describe('requests of the platform to addresses its users chose', () => {
  const hosts = [
    ...['127.0.0.1', 'localhost', 'localhost.', '127.1', '0', '0.0.0.0', '2130706433', '0x7f000001', '0177.0.0.1'],
    ...['①②⑦.0.0.1', '127%2e0.0.1', '[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::127.0.0.1]'],
    ...['[64:ff9b::7f00:1]', '[2002:7f00:1::]', '169.254.169.254', '[::ffff:a9fe:a9fe]', '[fd00:ec2::254]'],
    ...['10.0.0.1', '172.16.0.1', '192.168.0.1', '100.64.0.1', '100.100.100.200', '198.18.0.1', '192.0.0.192'],
    ...['224.0.0.1', '255.255.255.255', 'redis', 'gateway', 'host.docker.internal', 'metadata.google.internal'],
    'kubernetes.default.svc',
  ];

  it('reach no private address in any spelling, at any port', async () => {
    let connections = 0;
    const ports: number[] = [];
    for (let count = 0; count < 4; count++) {
      const listener = createTcpServer((socket) => {
        connections++;
        socket.destroy();
      });
      ports.push(await listen(listener, '0.0.0.0'));
    }
    const egress = client('', always('127.0.0.1'), ports.join(','));
    const outcomes = await Promise.all(
      hosts.flatMap((host) =>
        ports.map((port) => codeOf(egress.fetch(`http://${host}:${port}/latest/meta-data/`, usual))),
      ),
    );
    expect(hosts).toHaveLength(35);
    expect(outcomes).toEqual(outcomes.map(() => 'EGRESS_DENIED'));
    expect(connections).toBe(0);

    // The listeners do take connections: it was the guard.
    await codeOf(client('127.0.0.1:*').fetch(`http://127.0.0.1:${ports[0]}/`, usual));
    expect(connections).toBe(1);
  });

  it.each([
    ...['file:///etc/passwd', 'data:text/plain,x', 'gopher://127.0.0.1:6379/_INFO', 'ftp://127.0.0.1/'],
    ...['unix:/var/run/docker.sock', 'http+unix://%2Fvar%2Frun%2Fdocker.sock/info', 'blob:x', 'about:blank'],
    ...['http://user:pw@127.0.0.1/', 'http://127.0.0.1:80\\@example.com/', 'not a url'],
  ])('do not go to %s', async (url) => {
    expect(await codeOf(client('').fetch(url, usual))).toBe('EGRESS_DENIED');
  });

  it('go to the address that was checked: 1,000 requests to names that resolve to loopback the second time hit it never', async () => {
    let victimHits = 0;
    let allowedHits = 0;
    const port = await serve((_request, response) => {
      victimHits++;
      response.end();
    });
    await serve(
      (_request, response) => {
        allowedHits++;
        response.setHeader('connection', 'close').end();
      },
      '127.0.0.2',
      port,
    );
    const resolved = new Map<string, number>();
    const rebinding: HostLookup = async (host) => {
      const times = (resolved.get(host) ?? 0) + 1;
      resolved.set(host, times);
      return [{ address: times === 1 ? '127.0.0.2' : '127.0.0.1', family: 4 }];
    };
    const egress = client(`127.0.0.2:${port}`, rebinding);
    for (let name = 0; name < 500; name++) {
      const url = `http://n${name}.test:${port}/`;
      expect(await codeOf(egress.fetch(url, usual))).toBe('answered');
      expect(await codeOf(egress.fetch(url, usual))).toBe('EGRESS_DENIED');
    }
    expect({ victimHits, allowedHits }).toEqual({ victimHits: 0, allowedHits: 500 });
  });

  it('are refused when one of the addresses of a name is not allowed, whichever comes first', async () => {
    const port = await serve((_request, response) => response.end('reached'));
    for (const addresses of [
      ['127.0.0.1', '127.0.0.3'],
      ['127.0.0.3', '127.0.0.1'],
    ]) {
      const egress = client(`127.0.0.1:${port}`, always(...addresses));
      expect(await codeOf(egress.fetch(`http://name.test:${port}/`, usual))).toBe('EGRESS_DENIED');
    }
  });

  it('reach the second address of a name when nobody listens at the first', async () => {
    const port = await serve((_request, response) => response.end('reached'));
    const egress = client(`127.0.0.0/8:${port}`, always('127.0.0.9', '127.0.0.1'));
    expect((await egress.fetch(`http://name.test:${port}/`, usual)).body.toString()).toBe('reached');
  });

  it('say which address was refused and what to add', async () => {
    const call = client('', always('10.1.2.3')).fetch('http://db.internal:5432/', usual);
    await expect(call).rejects.toThrow(
      'db.internal (10.1.2.3) is not a public address. If this gateway should reach it, the operator adds db.internal:5432 to SLUICE_EGRESS_ALLOW.',
    );
  });

  it('check the certificate against the name in the URL, not against the address', async () => {
    const server = createTlsServer(upstreamCertificate, (_request, response) => response.end('secure'));
    const port = await listen(server, '127.0.0.1');
    const egress = new EgressClient(EgressPolicy.parse(`127.0.0.1:${port}`, ''), {
      lookup: always('127.0.0.1'),
      tls: { ca: upstreamCertificate.cert },
    });
    closers.push(() => egress.close());
    expect((await egress.fetch(`https://upstream.test:${port}/`, usual)).body.toString()).toBe('secure');
    const other = egress.fetch(`https://other.test:${port}/`, usual);
    await expect(other).rejects.toThrow('cannot be reached: ERR_TLS_CERT_ALTNAME_INVALID');
  });
});

describe('redirects', () => {
  const redirectTo =
    (location: string, status = 302): Answer =>
    (_request, response) =>
      response.writeHead(status, { location }).end();

  it('to an address that is not allowed are not followed', async () => {
    let hits = 0;
    const victim = await serve((_request, response) => {
      hits++;
      response.end();
    });
    const port = await serve(redirectTo(`http://127.0.0.1:${victim}/`), '127.0.0.2');
    expect(await codeOf(client(`127.0.0.2:${port}`).fetch(`http://127.0.0.2:${port}/`, usual))).toBe('EGRESS_DENIED');
    expect(hits).toBe(0);
  });

  it('are followed five times and no more', async () => {
    const port = await serve((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end('there');
      else response.writeHead(302, { location: `/${left - 1}` }).end();
    });
    const egress = client('127.0.0.1:*');
    const answer = await egress.fetch(`http://127.0.0.1:${port}/5`, usual);
    expect([answer.body.toString(), answer.url]).toEqual(['there', `http://127.0.0.1:${port}/0`]);
    await expect(egress.fetch(`http://127.0.0.1:${port}/6`, usual)).rejects.toThrow('redirects too often');
  });

  it('take credentials along within an origin only, and turn POST into GET where clients do', async () => {
    const seen: unknown[] = [];
    const note = (request: IncomingMessage): number =>
      seen.push([
        request.method,
        request.headers.authorization,
        request.headers['content-type'],
        request.headers['x-kept'],
      ]);
    const other = await serve((request, response) => {
      note(request);
      response.end();
    });
    const port = await serve((request, response) => {
      note(request);
      if (request.url === '/first') response.writeHead(307, { location: '/second' }).end();
      else response.writeHead(302, { location: `http://127.0.0.1:${other}/` }).end();
    });
    await client('127.0.0.1:*').fetch(`http://127.0.0.1:${port}/first`, {
      ...usual,
      method: 'POST',
      headers: { Authorization: 'secret', 'content-type': 'text/plain', 'X-Kept': 'yes', Host: 'evil.example' },
      body: 'x',
    });
    expect(seen).toEqual([
      ['POST', 'secret', 'text/plain', 'yes'],
      ['POST', 'secret', 'text/plain', 'yes'],
      ['GET', undefined, undefined, 'yes'],
    ]);
  });

  it('never lead from https to http', async () => {
    const plain = await serve((_request, response) => response.end());
    const server = createTlsServer(upstreamCertificate, redirectTo(`http://127.0.0.1:${plain}/`));
    const port = await listen(server, '127.0.0.1');
    const egress = new EgressClient(EgressPolicy.parse('127.0.0.1:*', ''), { tls: { rejectUnauthorized: false } });
    closers.push(() => egress.close());
    await expect(egress.fetch(`https://127.0.0.1:${port}/`, usual)).rejects.toThrow('from https to http');
  });
});

describe('answers', () => {
  it('are cut off at the limit after decompression, and the error says so', async () => {
    const bomb = gzipSync(Buffer.alloc(10 * 1024 * 1024));
    const port = await serve((_request, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb));
    const call = client('127.0.0.1:*').fetch(`http://127.0.0.1:${port}/`, { ...usual, responseBytesMax: 100_000 });
    await expect(call).rejects.toMatchObject({ code: 'EGRESS_FAILED', message: 'The answer is over 100000 bytes.' });
  });

  it('that do not come in time are an error that names the time', async () => {
    const port = await serve(() => undefined);
    const call = client('127.0.0.1:*').fetch(`http://127.0.0.1:${port}/`, { ...usual, timeoutMs: 50 });
    await expect(call).rejects.toThrow(`http://127.0.0.1:${port} cannot be reached: no answer within 50 ms.`);
  });

  it('from nobody are an error with the reason', async () => {
    const port = await serve((_request, response) => response.end());
    await closers.pop()?.();
    const call = client('127.0.0.1:*').fetch(`http://127.0.0.1:${port}/`, usual);
    await expect(call).rejects.toThrow('cannot be reached: ECONNREFUSED');
  });

  it('with an error status are answers', async () => {
    const port = await serve((_request, response) => response.writeHead(503, { 'x-why': 'busy' }).end('no'));
    const answer = await client('127.0.0.1:*').fetch(`http://127.0.0.1:${port}/`, usual);
    expect([answer.status, answer.headers.get('x-why'), answer.body.toString()]).toEqual([503, 'busy', 'no']);
  });
});
