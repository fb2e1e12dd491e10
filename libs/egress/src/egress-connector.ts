import { lookup as systemLookup } from 'node:dns/promises';
import { type LookupAddress } from 'node:dns';
import { connect as connectTcp, isIP, type LookupFunction, type Socket } from 'node:net';
import { type ConnectionOptions } from 'node:tls';
import { buildConnector } from 'undici';
import { type EgressPolicy, unbracketed } from './egress-policy';

/** Every address of a host name, in the order to try them. */
export type HostLookup = (hostname: string) => Promise<readonly LookupAddress[]>;

export interface EgressConnectorOptions {
  /** Time for resolving, connecting and, with https, the handshake: each of the last two has it once. */
  readonly connectTimeoutMs?: number;
  /** Certificates, keys and server name for https: what `tls.connect` takes. */
  readonly tls?: Pick<ConnectionOptions, 'ca' | 'cert' | 'key' | 'passphrase' | 'servername' | 'rejectUnauthorized'>;
  /** How names are resolved; by default as every program on this machine does. */
  readonly lookup?: HostLookup;
}

const CONNECT_TIMEOUT_MS = 5_000;

/**
 * The `connect` of an undici dispatcher. A name is resolved once per connection, every address it has must be allowed, and the socket
 * goes to those very addresses: a name that changes its mind between the check and the connection gains nothing.
 * An address literal never meets a resolver and is checked as it stands. TLS still verifies the certificate of the name.
 * Fails with EGRESS_DENIED where the policy refuses, else with the error of the resolver or the socket.
 */
export function egressConnector(policy: EgressPolicy, options: EgressConnectorOptions = {}): buildConnector.connector {
  const { connectTimeoutMs = CONNECT_TIMEOUT_MS, tls = {}, lookup = everyAddress } = options;
  const secure = buildConnector({ ...tls, timeout: connectTimeoutMs, allowH2: false });
  return (target, callback) => {
    const isSecure = target.protocol === 'https:';
    const port = target.port === '' ? (isSecure ? 443 : 80) : Number(target.port);
    openChecked({ policy, host: unbracketed(target.hostname), port, connectTimeoutMs, lookup }).then(
      (socket) => (isSecure ? secure({ ...target, httpSocket: socket }, callback) : callback(null, socket)),
      (error: unknown) => callback(error as Error, null),
    );
  };
}

interface Target {
  readonly policy: EgressPolicy;
  readonly host: string;
  readonly port: number;
  readonly connectTimeoutMs: number;
  readonly lookup: HostLookup;
}

async function openChecked({ policy, host, port, connectTimeoutMs, lookup }: Target): Promise<Socket> {
  const timeout = timeoutAfter(connectTimeoutMs, `no connection to ${host}:${port} within ${connectTimeoutMs} ms`);
  try {
    const family = isIP(host);
    const addresses = family === 0 ? await timeout.orElse(lookup(host)) : [{ address: host, family }];
    if (addresses.length === 0) throw new Error(`${host} has no address`);
    for (const { address } of addresses) policy.checkAddress(host, address, port);
    return await connectTo(addresses, host, port, timeout);
  } finally {
    timeout.clear();
  }
}

/** Tries the addresses as RFC 8305 says (Node's autoSelectFamily); the socket asks no resolver. */
function connectTo(
  addresses: readonly LookupAddress[],
  host: string,
  port: number,
  timeout: DeadlineTimer,
): Promise<Socket> {
  const pinned: LookupFunction = (_hostname, { all }, callback) => {
    const [first] = addresses;
    if (all) callback(null, [...addresses]);
    else callback(null, first?.address ?? '', first?.family);
  };
  const socket = connectTcp({ host, port, lookup: pinned, autoSelectFamily: true, noDelay: true, keepAlive: true });
  const connected = new Promise<Socket>((resolve, reject) => {
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(socket);
    });
  });
  return timeout.orElse(connected).catch((error: unknown) => {
    socket.on('error', () => undefined).destroy(); // a late failure of a socket nobody has any more
    throw error;
  });
}

interface DeadlineTimer {
  /** Rejects at the deadline if `work` has not settled. */
  orElse<T>(work: Promise<T>): Promise<T>;
  clear(): void;
}

function timeoutAfter(timeoutMs: number, message: string): DeadlineTimer {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(message)), timeoutMs);
  });
  deadline.catch(() => undefined); // nobody may be waiting for it any more
  return { orElse: (work) => Promise.race([work, deadline]), clear: () => clearTimeout(timer) };
}

const everyAddress: HostLookup = (hostname) => systemLookup(hostname, { all: true, order: 'verbatim' });
