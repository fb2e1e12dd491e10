/**
 * The little of `fetch` that the tests' client uses, over node:http: it sends the method and headers as they are given and adds no Cache-Control
 * of its own, as the real one does.
 */
import { Agent, request as httpRequest } from 'node:http';

const agent = new Agent({ keepAlive: true, maxSockets: 256 });

/** @param {(url: string) => string} route  where a request of the tests really goes */
export function plainFetch(route) {
  return (url, { method = 'GET', headers = [], body } = {}) =>
    new Promise((resolve, reject) => {
      const asked = route(url);
      const request = httpRequest(asked, { method, agent });
      // node:http frames a body by itself only for some methods.
      if (body !== undefined) request.setHeader('content-length', Buffer.byteLength(body));
      for (const [name, value] of headers) request.appendHeader(name, value);
      request.on('error', (error) => reject(new Error(`${method} ${asked}: ${error.message}`, { cause: error })));
      request.on('response', (response) => {
        const chunks = [];
        response.on('error', reject);
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => resolve(answerOf(response, Buffer.concat(chunks).toString('utf8'))));
      });
      request.end(body);
    });
}

function answerOf({ statusCode, statusMessage, rawHeaders }, text) {
  const headers = new globalThis.Headers();
  for (let index = 0; index < rawHeaders.length; index += 2) headers.append(rawHeaders[index], rawHeaders[index + 1]);
  return { status: statusCode, statusText: statusMessage, headers, text: async () => text };
}
