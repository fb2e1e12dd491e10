import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose';

export interface IssuerKey {
  readonly kid: string;
  readonly alg: string;
  readonly privateKey: CryptoKey;
  readonly jwk: JWK;
}

/** A key pair of an algorithm, its public half as a member of a key set. */
export async function issuerKey(kid: string, alg: string, crv?: string): Promise<IssuerKey> {
  const pair = await generateKeyPair(alg, { extractable: true, ...(crv === undefined ? {} : { crv }) });
  return { kid, alg, privateKey: pair.privateKey, jwk: { ...(await exportJWK(pair.publicKey)), kid, use: 'sig' } };
}

/** A signed token with these claims, headers over the usual ones. */
export function sign(key: IssuerKey, claims: object, header: object = {}): Promise<string> {
  return new SignJWT({ ...claims }).setProtectedHeader({ alg: key.alg, kid: key.kid, ...header }).sign(key.privateKey);
}

/** An issuer on this machine: its configuration and its key set, both of which a spec may replace. */
export class KeyIssuer {
  keys: unknown[] = [];
  /** What is answered instead of the key set, when not null. */
  failure: { status: number; body: string } | null = null;
  /** Paths asked for, in order. */
  readonly asked: string[] = [];
  private readonly server: Server;

  constructor() {
    this.server = createServer(({ url = '' }, response) => {
      this.asked.push(url);
      if (url === '/.well-known/openid-configuration') {
        response.end(JSON.stringify({ issuer: this.url, jwks_uri: `${this.url}/keys` }));
      } else if (this.failure !== null) response.writeHead(this.failure.status).end(this.failure.body);
      else response.end(JSON.stringify({ keys: this.keys }));
    });
  }

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get timesKeysWereAsked(): number {
    return this.asked.filter((url) => url === '/keys').length;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
