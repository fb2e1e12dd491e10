/**
 * HTTP/1.1 over a raw socket, because a client library hides what this runner has to see: how many responses came for one request.
 * After the answer, a second request for `probe` goes out on the same connection; bytes between the two answers, or a second answer that
 * is not the probe's, mean that the function wrote a response of its own (response splitting).
 */
import net from 'node:net';

/**
 * @param {{ host: string, port: number, method?: string, path: string, timeoutMs: number, probe: { path: string, accepts(answer): boolean } }} options
 * @returns `{ status, headers, body, problem? }`; rejects when no whole answer came in time.
 */
export function callOnce({ host, port, method = 'GET', path, timeoutMs, probe }) {
  return new Promise((resolve, reject) => {
    const socket = net.connect({ host, port });
    let received = Buffer.alloc(0);
    let first = null;
    const timer = setTimeout(
      () => fail(new Error(first ? 'the probe after it had no answer' : 'no answer')),
      timeoutMs,
    );
    const finish = (problem) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(problem === undefined ? first : { ...first, problem });
    };
    const fail = (error) => {
      clearTimeout(timer);
      socket.destroy();
      if (first === null) reject(error);
      else resolve({ ...first, problem: error.message });
    };
    socket.on('error', fail);
    socket.on('end', () => {
      if (first === null) fail(new Error('the connection closed without an answer'));
      else if (first.headers['connection'] === 'close') finish();
      else finish('the connection closed after the answer without saying so');
    });
    socket.on('connect', () => socket.write(requestText(method, path)));
    socket.on('data', (chunk) => {
      received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
      let answer;
      try {
        answer = parseAnswer(received);
      } catch (error) {
        return void fail(error);
      }
      if (answer === null) return;
      if (first !== null)
        return void finish(
          probe.accepts(answer)
            ? undefined
            : `the next request on its connection was answered ${answer.status} with other bytes`,
        );
      first = answer;
      if (answer.bytes < received.length) return void finish('more bytes than one response came');
      received = Buffer.alloc(0);
      if (first.headers['connection'] === 'close') return;
      socket.write(requestText('GET', probe.path));
    });
  });

  function requestText(requestMethod, requestPath) {
    return `${requestMethod} ${requestPath} HTTP/1.1\r\nhost: ${host}:${port}\r\naccept: */*\r\n\r\n`;
  }
}

/** The first whole response in `bytes`, or null while some of it is missing. Throws when it is not HTTP. */
export function parseAnswer(bytes) {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) {
    if (bytes.length > 128 * 1024) throw new Error('more than 128 KiB of response headers');
    return null;
  }
  const [statusLine, ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const status = Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(statusLine)?.[1]);
  if (!Number.isInteger(status)) throw new Error(`not an HTTP response: ${statusLine.slice(0, 60)}`);
  const headers = Object.create(null);
  for (const line of lines) {
    const colon = line.indexOf(':');
    if (colon < 1) throw new Error(`not a header line: ${line.slice(0, 60)}`);
    const name = line.slice(0, colon).toLowerCase();
    if (name === 'content-length' && headers[name] !== undefined) throw new Error('two content-length headers');
    headers[name] =
      headers[name] === undefined ? line.slice(colon + 1).trim() : `${headers[name]}, ${line.slice(colon + 1).trim()}`;
  }
  const from = end + 4;
  if (headers['transfer-encoding'] === 'chunked') {
    if (headers['content-length'] !== undefined) throw new Error('content-length and transfer-encoding together');
    return parseChunks(bytes, from, status, headers);
  }
  const length = status === 204 || status === 304 ? 0 : Number(headers['content-length'] ?? NaN);
  if (!Number.isInteger(length)) throw new Error('neither content-length nor chunks');
  if (bytes.length < from + length) return null;
  return { status, headers, body: bytes.toString('utf8', from, from + length), bytes: from + length };
}

function parseChunks(bytes, start, status, headers) {
  const parts = [];
  for (let from = start; ;) {
    const lineEnd = bytes.indexOf('\r\n', from);
    if (lineEnd === -1) return null;
    const size = Number.parseInt(bytes.toString('latin1', from, lineEnd), 16);
    if (!Number.isInteger(size)) throw new Error('not a chunk size');
    const dataEnd = lineEnd + 2 + size;
    if (bytes.length < dataEnd + 2) return null;
    if (size === 0) return { status, headers, body: Buffer.concat(parts).toString('utf8'), bytes: dataEnd + 2 };
    parts.push(bytes.subarray(lineEnd + 2, dataEnd));
    from = dataEnd + 2;
  }
}
