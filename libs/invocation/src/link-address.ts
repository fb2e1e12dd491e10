import { type NetConnectOpts } from 'node:net';

/** `<instance>@<address>`: which gateway process, and where it listens (`unix:/path` or `host:port`). */
export interface ReplyAddress {
  readonly instance: string;
  readonly address: string;
}

export function formatReplyAddress({ instance, address }: ReplyAddress): string {
  return `${instance}@${address}`;
}

/** Null when it is none: then nobody can be answered. */
export function parseReplyAddress(replyTo: string): ReplyAddress | null {
  const at = replyTo.indexOf('@');
  return at < 1 || at === replyTo.length - 1
    ? null
    : { instance: replyTo.slice(0, at), address: replyTo.slice(at + 1) };
}

/** Options for `net.connect` and `server.listen`. Throws on an address that is neither a unix path nor host:port. */
export function socketOptions(address: string): NetConnectOpts {
  if (address.startsWith('unix:')) return { path: address.slice('unix:'.length) };
  const colon = address.lastIndexOf(':');
  const port = Number(address.slice(colon + 1));
  if (colon < 1 || !Number.isInteger(port) || port < 0 || port > 65_535) {
    throw new TypeError(`${address} is no link address; use unix:/path or host:port`);
  }
  return { host: address.slice(0, colon).replace(/^\[|\]$/g, ''), port };
}
