/**
 * Closed-loop HTTP/1.1 load over raw keep-alive sockets, one request in flight per connection, no pipelining. Runs as a process of its own so
 * that it shares no event loop with what it measures. argv[2] is JSON `{ port, path, connections, seconds, requests?, headers? }`; with `requests` it
 * stops after that many. Prints one line of JSON: `{ requests, errors, seconds, p50Us, p99Us, maxUs }`. An error is any answer but 2xx, or a lost connection.
 */
import net from 'node:net';

const {
  port,
  host = '127.0.0.1',
  path,
  connections,
  seconds,
  requests = Infinity,
  headers = {},
} = JSON.parse(process.argv[2]);
const LATENCIES_MAX = 8_000_000;
const headerLines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
const request = Buffer.from(`GET ${path} HTTP/1.1\r\nhost: ${host}:${port}\r\n${headerLines.join('')}\r\n`);
const latenciesUs = new Float32Array(LATENCIES_MAX);
let done = 0;
let sent = 0;
let errors = 0;
let open = 0;
let stopping = false;
const startedAt = performance.now();

for (let index = 0; index < connections; index++) connect();
setTimeout(() => (stopping = true), seconds * 1000);

function connect() {
  const socket = net.connect({ host, port, noDelay: true });
  let sentAt = 0;
  let pending = null;
  let headerEnd = -2;
  let total = -1;
  open += 1;
  const send = () => {
    if (stopping || sent >= requests) return socket.end();
    sent += 1;
    sentAt = performance.now();
    socket.write(request);
  };
  socket.on('connect', send);
  socket.on('data', (chunk) => {
    const bytes = pending === null ? chunk : Buffer.concat([pending, chunk]);
    // Answers of one route mostly have one length; then this comparison is the whole parser.
    if (bytes.length !== total || bytes.indexOf('\r\n\r\n') !== headerEnd) {
      headerEnd = bytes.indexOf('\r\n\r\n');
      total = headerEnd === -1 ? -1 : headerEnd + 4 + contentLength(bytes.latin1Slice(0, headerEnd));
      if (total === -1 || bytes.length < total) {
        pending = bytes;
        total = -1;
        return;
      }
    }
    pending = null;
    if (done < LATENCIES_MAX) latenciesUs[done] = (performance.now() - sentAt) * 1000;
    done += 1;
    if (bytes[9] !== 0x32) errors += 1;
    send();
  });
  socket.on('error', () => (errors += 1));
  socket.on('close', () => {
    open -= 1;
    if (open === 0) report();
  });
}

function contentLength(headers) {
  const match = /\r\ncontent-length: *(\d+)/i.exec(headers);
  if (match === null) throw new Error(`an answer without content-length: ${headers.slice(0, 200)}`);
  return Number(match[1]);
}

function report() {
  const elapsed = (performance.now() - startedAt) / 1000;
  const sorted = latenciesUs.subarray(0, Math.min(done, LATENCIES_MAX)).sort();
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
  console.log(
    JSON.stringify({ requests: done, errors, seconds: elapsed, p50Us: at(0.5), p99Us: at(0.99), maxUs: at(1) }),
  );
}
