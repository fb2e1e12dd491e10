/** The few questions the start asks a Redis, over a bare socket: node_modules may not exist yet. */
import { connect } from 'node:net';

/** @typedef {{ path: string } | { host: string, port: number }} RedisAddress */

/**
 * Sends one inline command after AUTH and answers the raw reply of it, or null when nothing (or nothing in time) answered.
 * @param {RedisAddress} address @param {string} password @param {string} command @param {number} timeoutMs
 * @returns {Promise<string | null>}
 */
export function askRedis(address, password, command, timeoutMs = 500) {
  return new Promise((resolve) => {
    const socket = connect(address);
    let reply = '';
    const finish = (/** @type {string | null} */ answer) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    const timer = setTimeout(() => finish(null), timeoutMs);
    socket.setEncoding('utf8');
    socket.on('error', () => finish(null));
    socket.on('close', () => finish(null));
    socket.on('connect', () => socket.write(`AUTH ${password}\r\n${command}\r\nECHO sluice-end\r\n`));
    socket.on('data', (chunk) => {
      reply += chunk;
      const end = reply.indexOf('$10\r\nsluice-end\r\n');
      if (end !== -1) finish(reply.slice(reply.indexOf('\r\n') + 2, end));
      else if (reply.includes('-LOADING')) finish('-LOADING');
    });
  });
}

/** @param {RedisAddress} address @param {string} password @returns {Promise<'ready' | 'loading' | 'silent'>} */
export async function redisState(address, password) {
  const reply = await askRedis(address, password, 'PING');
  if (reply === null) return 'silent';
  return reply.startsWith('+PONG') ? 'ready' : 'loading';
}
