import { waitFor } from '@sluice/testing';
import { E2ePlatform, RawConnection, type RawAnswer } from './index';

const ECHO = `export const handler = async (event: any) => ({ statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ path: event.rawPath, bytes: (event.body ?? '').length }) });`;
const GOOD = 'GET /echo/good HTTP/1.1\r\nHost: h\r\n\r\n';

describe('hostile HTTP on the public listener', () => {
  let platform: E2ePlatform;
  beforeAll(async () => {
    platform = await E2ePlatform.start();
    await platform.expose('echo', ECHO);
  }, 60_000);
  afterAll(() => platform.stop());

  /** Sends bytes and resolves with the answers once there are `count`, or the connection has closed. */
  async function exchange(
    bytes: string | Buffer,
    count = 1,
  ): Promise<{ answers: RawAnswer[]; connection: RawConnection }> {
    const connection = await RawConnection.open(platform.started.publicUrl);
    connection.write(bytes);
    const answers = await waitFor(
      () => {
        const so = connection.answers();
        return so.length >= count || connection.isClosed ? so : null;
      },
      { timeoutMs: 10_000, what: `${count} answers` },
    );
    return { answers, connection };
  }

  describe('a request that two readers could understand differently is refused, and nothing after it on the connection is read', () => {
    const body = 'GET /echo/smuggled HTTP/1.1\r\nHost: h\r\n\r\n';
    test.each([
      [
        'Content-Length and Transfer-Encoding',
        `POST /echo/a HTTP/1.1\r\nHost: h\r\nContent-Length: ${body.length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${body}`,
      ],
      [
        'two Content-Lengths',
        `POST /echo/a HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
      ],
      [
        'a list of Content-Lengths',
        `POST /echo/a HTTP/1.1\r\nHost: h\r\nContent-Length: 0, ${body.length}\r\n\r\n${body}`,
      ],
      ['a signed Content-Length', `POST /echo/a HTTP/1.1\r\nHost: h\r\nContent-Length: +0\r\n\r\n${body}`],
      ['a hexadecimal Content-Length', `POST /echo/a HTTP/1.1\r\nHost: h\r\nContent-Length: 0x5\r\n\r\n${body}`],
      [
        'an unknown Transfer-Encoding',
        `POST /echo/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${body}`,
      ],
      [
        'Transfer-Encoding twice',
        `POST /echo/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${body}`,
      ],
      [
        'a space before the colon',
        `POST /echo/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n${body}`,
      ],
      ['a folded header', `GET /echo/a HTTP/1.1\r\nHost: h\r\nX-A: b\r\n c\r\n\r\n${body}`],
      ['a bare line feed', `GET /echo/a HTTP/1.1\nHost: h\n\n${body}`],
      ['a NUL in a header', `GET /echo/a HTTP/1.1\r\nHost: h\r\nX-A: a\0b\r\n\r\n${body}`],
      [
        'a chunk size with a sign',
        `POST /echo/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n+0\r\n\r\n${body}`,
      ],
      ['no Host', `GET /echo/a HTTP/1.1\r\n\r\n${body}`],
      ['two Hosts', `GET /echo/a HTTP/1.1\r\nHost: h\r\nHost: other\r\n\r\n${body}`],
      ['two Authorizations', `GET /echo/a HTTP/1.1\r\nHost: h\r\nAuthorization: a\r\nauthorization: b\r\n\r\n${body}`],
      ['two Content-Types', `GET /echo/a HTTP/1.1\r\nHost: h\r\nContent-Type: a/b\r\nContent-Type: c/d\r\n\r\n${body}`],
      ['an absolute target', `GET http://other/echo/a HTTP/1.1\r\nHost: h\r\n\r\n${body}`],
      ['an authority as target', `CONNECT other:80 HTTP/1.1\r\nHost: other:80\r\n\r\n${body}`],
      ['a fragment', `GET /echo/a#b HTTP/1.1\r\nHost: h\r\n\r\n${body}`],
      ['a backslash', `GET /echo\\a HTTP/1.1\r\nHost: h\r\n\r\n${body}`],
      ['dot segments', `GET /echo/../echo/a HTTP/1.1\r\nHost: h\r\n\r\n${body}`],
      ['encoded dot segments', `GET /echo/%2e%2e/echo/a HTTP/1.1\r\nHost: h\r\n\r\n${body}`],
      ['an encoded slash', `GET /echo%2fa HTTP/1.1\r\nHost: h\r\n\r\n${body}`],
      ['an encoded NUL', `GET /echo/a%00 HTTP/1.1\r\nHost: h\r\n\r\n${body}`],
      ['raw UTF-8 in the target', `GET /echo/\u00c3\u00bc HTTP/1.1\r\nHost: h\r\n\r\n${body}`],
    ])('%s', async (_what, bytes) => {
      const { answers, connection } = await exchange(bytes);
      await waitFor(() => connection.isClosed, { what: 'the connection closes' });
      // CONNECT may be closed without a word; everything else is told.
      expect(connection.answers().map(({ status }) => status)).toEqual(
        bytes.startsWith('CONNECT') && answers.length === 0 ? [] : [400],
      );
      expect(connection.text).not.toContain('smuggled');
    });
  });

  test('requests one after another on a connection are each answered once, in order', async () => {
    const { answers, connection } = await exchange(
      GOOD.replace('good', 'one') +
        `POST /echo/two HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n` +
        GOOD.replace('good', 'three'),
      3,
    );
    expect(answers.map(({ status, body }): unknown[] => [status, JSON.parse(body)])).toEqual([
      [200, { path: '/one', bytes: 0 }],
      [200, { path: '/two', bytes: 3 }],
      [200, { path: '/three', bytes: 0 }],
    ]);
    connection.close();
  });

  test.each([
    ['//echo/good', 404],
    ['/echo//good', 200],
    ['/echo/%67ood', 200],
    ['/echo/g;a=1', 200],
  ])('one canonical path for routing and log: %s', async (target, status) => {
    const { answers, connection } = await exchange(`GET ${target} HTTP/1.1\r\nHost: h\r\n\r\n`);
    connection.close();
    expect(answers[0]?.status).toBe(status);
    const requestId = /\r\napigw-requestid: *(\S+)/i.exec(answers[0]?.head ?? '')?.[1];
    const line = await waitFor(() => platform.accessLog().find((entry) => entry.requestId === requestId), {
      what: 'the access log line',
    });
    expect(line.path).toBe(decodeURIComponent(target));
  });

  test('a head of more than 10,240 bytes is answered 431', async () => {
    const { answers } = await exchange(`GET /echo/a HTTP/1.1\r\nHost: h\r\nX-Long: ${'v'.repeat(10_300)}\r\n\r\n`);
    expect(answers.map(({ status }) => status)).toEqual([431]);
    expect(answers[0]?.head).toMatch(/x-sluice-error: HEADERS_TOO_LARGE/i);
  });

  test('a body of more than 10 MB is answered 413 before it is sent', async () => {
    const { answers } = await exchange(
      `POST /echo/a HTTP/1.1\r\nHost: h\r\nContent-Type: text/plain\r\nContent-Length: ${10 * 1024 * 1024 + 1}\r\n\r\n`,
    );
    expect(answers.map(({ status }) => status)).toEqual([413]);
  });

  test('chunks of more than 10 MB are answered 413', async () => {
    const chunk = `100000\r\n${'x'.repeat(0x100000)}\r\n`;
    const { answers } = await exchange(
      `POST /echo/a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n${chunk.repeat(11)}0\r\n\r\n`,
    );
    expect(answers.map(({ status }) => status)).toEqual([413]);
  });

  test('a client that does not finish its head is told 408 and let go, and others do not notice', async () => {
    const slow = await Promise.all(Array.from({ length: 200 }, () => RawConnection.open(platform.started.publicUrl)));
    for (const connection of slow) connection.write('GET /echo/a HTTP/1.1\r\nHost: h\r\nX-Slow');
    expect((await platform.call('/echo/good')).status).toBe(200);
    await waitFor(() => slow.every(({ isClosed }) => isClosed), { timeoutMs: 20_000, what: 'slow clients are let go' });
    expect(new Set(slow.map((connection) => connection.answers()[0]?.status))).toEqual(new Set([408]));
  }, 30_000);

  describe('whatever a function answers, the client gets exactly one response', () => {
    const SPLITTER = `
      const second = 'HTTP/1.1 200 OK\\r\\ncontent-length: 5\\r\\n\\r\\nEVIL!';
      const headers: Record<string, Record<string, string>> = {
        zero: { 'content-length': '0' }, long: { 'Content-Length': '99999' }, chunked: { 'transfer-encoding': 'chunked' },
        both: { 'content-length': '3', 'Transfer-Encoding': 'chunked' }, close: { connection: 'close' }, upgrade: { connection: 'Upgrade', upgrade: 'x' }, trailer: { trailer: 'x-a' },
      };
      export const handler = async (event: any) => ({ statusCode: 200, headers: headers[event.queryStringParameters.k], body: second });`;
    test.each(['zero', 'long', 'chunked', 'both', 'close', 'upgrade', 'trailer'])(
      'framing header: %s',
      async (kind) => {
        for (const style of ['rest', 'http'] as const) {
          await platform.expose(`splitter-${style}`, SPLITTER, { style });
          const { answers, connection } = await exchange(
            `GET /splitter-${style}/x?k=${kind} HTTP/1.1\r\nHost: h\r\n\r\n${GOOD}`,
            2,
          );
          expect(answers.map(({ status }) => status)).toEqual([200, 200]);
          expect(answers[0]?.body).toContain('EVIL!');
          expect(answers[1]?.body).toBe('{"path":"/good","bytes":0}');
          connection.close();
        }
      },
    );
  });

  test('after all of it the same gateway still answers', async () => {
    expect((await platform.call('/echo/good')).json).toEqual({ path: '/good', bytes: 0 });
  });
});
