/** The limit of Node on this machine: a bare node:http server that answers what the measured function answers. Prints its port. */
import http from 'node:http';

const server = http.createServer((request, response) => {
  const body = JSON.stringify({ message: 'hello', path: request.url });
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
  response.end(body);
});
server.listen(0, '127.0.0.1', () => console.log(server.address().port));
// The parent holds the other end: without it this process has no reason to live.
process.stdin.on('end', () => process.exit(0)).resume();
