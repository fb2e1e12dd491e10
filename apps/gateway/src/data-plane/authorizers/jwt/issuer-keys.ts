import { LIMITS, SluiceError } from '@sluice/contracts';
import { type EgressClient } from '@sluice/egress';
import { createLocalJWKSet, type CompactVerifyGetKey, type JWK } from 'jose';

export interface IssuerKeysOptions {
  readonly egress: EgressClient;
  readonly issuer: string;
  /** Absent = the `jwks_uri` of the issuer's OpenID configuration. */
  readonly jwksUri: string | undefined;
  readonly nowMs: () => number;
  readonly onError: (message: string, error: unknown) => void;
}

/** Older than this a key set is fetched again, beside the requests it still serves. */
const FRESH_MS = 600_000;
/** Older than this it serves nobody: an issuer that cannot be reached for a day may have changed every key. */
const LIFE_MS = 24 * 3_600_000;
/** Between two fetches, whatever key ids strangers make up. */
const COOLDOWN_MS = 30_000;
/** The same while there is nothing to serve from. */
const FIRST_COOLDOWN_MS = 1_000;
const KEY_TYPES = new Set(['RSA', 'EC', 'OKP']);

/** The keys as they were at one time. */
export interface KeySet {
  readonly find: CompactVerifyGetKey;
  readonly generation: number;
  readonly keyIds: ReadonlySet<unknown>;
  readonly text: string;
  readonly fetchedAtMs: number;
}

/**
 * The public keys of an issuer (RFC 7517), fetched through the guard and kept. A fetch that fails changes nothing while there are keys.
 * Symmetric keys and keys without an id do not exist here.
 */
export class IssuerKeys {
  /** Grows whenever the keys change: what was verified under the ones before is not verified any more. */
  generation = 0;
  private keys: KeySet | null = null;
  private attemptedAtMs = -Infinity;
  private fetching: Promise<void> | null = null;
  private lastFailure = 'they were never fetched';

  constructor(private readonly options: IssuerKeysOptions) {}

  /**
   * Where to look a key id up. Waits for a fetch when there are no keys, or when the id is new and the last fetch is long enough ago.
   * @throws SluiceError AUTHORIZER_FAILURE where there are no keys to be had
   */
  async keysFor(keyId: string): Promise<KeySet> {
    const present = this.usable();
    if (present === null) await this.fetch(FIRST_COOLDOWN_MS);
    else if (!present.keyIds.has(keyId)) await this.fetch(COOLDOWN_MS);
    else this.refreshIfOld();
    const keys = this.usable();
    if (keys !== null) return keys;
    throw new SluiceError(
      'AUTHORIZER_FAILURE',
      `The keys of ${this.options.issuer} cannot be had: ${this.lastFailure}`,
    );
  }

  /** Starts a fetch that nobody waits for, when it is time. */
  refreshIfOld(): void {
    if (this.keys === null || this.options.nowMs() - this.keys.fetchedAtMs > FRESH_MS) void this.fetch(COOLDOWN_MS);
  }

  private usable(): KeySet | null {
    return this.keys !== null && this.options.nowMs() - this.keys.fetchedAtMs < LIFE_MS ? this.keys : null;
  }

  /** Never rejects; one at a time. */
  private async fetch(cooldownMs: number): Promise<void> {
    if (this.fetching === null && this.options.nowMs() - this.attemptedAtMs >= cooldownMs) {
      this.attemptedAtMs = this.options.nowMs();
      this.fetching = this.load()
        .catch((error: unknown) => {
          this.lastFailure = error instanceof Error ? error.message : String(error);
          this.options.onError(`the keys of ${this.options.issuer} cannot be fetched`, error);
        })
        .finally(() => (this.fetching = null));
    }
    await this.fetching;
  }

  private async load(): Promise<void> {
    const address = this.options.jwksUri ?? (await this.discover());
    const { keys } = await this.fetchJson(address);
    if (!Array.isArray(keys)) throw new Error(`${address} is no key set.`);
    const usable = keys.filter(isUsable);
    const text = JSON.stringify(usable);
    if (text !== this.keys?.text) this.generation++;
    this.keys = {
      find: createLocalJWKSet({ keys: usable }),
      generation: this.generation,
      keyIds: new Set(usable.map(({ kid }) => kid)),
      text,
      fetchedAtMs: this.options.nowMs(),
    };
  }

  /** OpenID Connect Discovery 1.0 §4: the document must be about the issuer it was asked for. */
  private async discover(): Promise<string> {
    const { issuer } = this.options;
    const address = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    const document = await this.fetchJson(address);
    if (document['issuer'] !== issuer) throw new Error(`${address} is about another issuer.`);
    if (typeof document['jwks_uri'] !== 'string') throw new Error(`${address} has no jwks_uri.`);
    return document['jwks_uri'];
  }

  private async fetchJson(address: string): Promise<Record<string, unknown>> {
    const { status, body } = await this.options.egress.fetch(address, {
      headers: { accept: 'application/json' },
      timeoutMs: LIMITS.jwtKeySetTimeoutMs,
      responseBytesMax: LIMITS.jwtKeySetBytesMax,
    });
    if (status !== 200) throw new Error(`${address} answered ${status}.`);
    let json: unknown;
    try {
      json = JSON.parse(body.toString('utf8'));
    } catch {
      throw new Error(`${address} is no JSON.`);
    }
    if (typeof json !== 'object' || json === null) throw new Error(`${address} is no JSON object.`);
    return json as Record<string, unknown>;
  }
}

function isUsable(key: unknown): key is JWK {
  const { kty, kid } = (key ?? {}) as JWK;
  return typeof kid === 'string' && typeof kty === 'string' && KEY_TYPES.has(kty);
}
