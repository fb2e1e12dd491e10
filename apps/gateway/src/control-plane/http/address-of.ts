import { type IncomingMessage } from 'node:http';

/** The peer's address; IPv4 clients of a dual-stack socket are seen by their IPv4 address. */
export function addressOf({ socket }: IncomingMessage): string {
  const address = socket.remoteAddress ?? '';
  return address.startsWith('::ffff:') ? address.slice(7) : address;
}
