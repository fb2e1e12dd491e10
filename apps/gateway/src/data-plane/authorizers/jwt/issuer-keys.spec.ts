import { EgressClient, EgressPolicy } from '@sluice/egress';
import { waitFor } from '@sluice/testing';
import { IssuerKeys } from './issuer-keys';
import { type IssuerKey, issuerKey, KeyIssuer } from './key-issuer.fixture';

const MINUTE_MS = 60_000;
const allowed = new EgressClient(EgressPolicy.parse('127.0.0.1:*', ''));
let issuer: KeyIssuer;
let first: IssuerKey;
let second: IssuerKey;
let nowMs = 0;

beforeAll(async () => {
  [first, second] = await Promise.all([issuerKey('first', 'ES256'), issuerKey('second', 'ES256')]);
});
beforeEach(async () => {
  nowMs = 0;
  issuer = await new KeyIssuer().start();
  issuer.keys = [first.jwk];
});
afterEach(() => issuer.stop());
afterAll(() => allowed.close());

const keysOf = (options: { jwksUri?: string; egress?: EgressClient } = {}): IssuerKeys =>
  new IssuerKeys({
    egress: options.egress ?? allowed,
    issuer: issuer.url,
    jwksUri: options.jwksUri,
    nowMs: () => nowMs,
    onError: () => undefined,
  });
/** Whether the key is found now; rejects where there are no keys at all. */
const has = async (keys: IssuerKeys, kid: string): Promise<boolean> => {
  const { find } = await keys.keysFor(kid);
  return (async () => find({ alg: 'ES256', kid }, { payload: '', signature: '' }))().then(
    () => true,
    () => false,
  );
};

describe("an issuer's keys", () => {
  it('are found through its OpenID configuration, and fetched once for many who ask', async () => {
    const keys = keysOf();
    expect(await Promise.all(Array.from({ length: 20 }, () => has(keys, 'first')))).toEqual(Array(20).fill(true));
    expect(issuer.asked).toEqual(['/.well-known/openid-configuration', '/keys']);
  });

  it('are fetched from where the authorizer says, without asking further', async () => {
    expect(await has(keysOf({ jwksUri: `${issuer.url}/keys` }), 'first')).toBe(true);
    expect(issuer.asked).toEqual(['/keys']);
  });

  it('that are new are there at once, but strangers who make up ids cause no more than a fetch every thirty seconds', async () => {
    const keys = keysOf();
    await has(keys, 'first');
    nowMs += 31_000;
    issuer.keys = [first.jwk, second.jwk];
    expect(await has(keys, 'second')).toBe(true);
    for (let id = 0; id < 100; id++) expect(await has(keys, `made-up-${id}`)).toBe(false);
    expect(issuer.timesKeysWereAsked).toBe(2);
    nowMs += 31_000;
    for (let id = 0; id < 100; id++) await has(keys, `made-up-${id}`);
    expect(issuer.timesKeysWereAsked).toBe(3);
  });

  it('go on being served while the issuer cannot be reached, for a day', async () => {
    const keys = keysOf();
    await has(keys, 'first');
    issuer.failure = { status: 500, body: 'down' };
    nowMs += 11 * MINUTE_MS;
    expect(await has(keys, 'first')).toBe(true);
    await waitFor(() => issuer.timesKeysWereAsked === 2);
    nowMs = 24 * 60 * MINUTE_MS - 1;
    expect(await has(keys, 'first')).toBe(true);
    nowMs += 1;
    await expect(has(keys, 'first')).rejects.toMatchObject({ code: 'AUTHORIZER_FAILURE' });
  });

  it('that were taken away are gone after the next fetch, and the change can be seen', async () => {
    const keys = keysOf();
    await has(keys, 'first');
    const before = keys.generation;
    issuer.keys = [second.jwk];
    nowMs += 11 * MINUTE_MS;
    keys.refreshIfOld();
    await waitFor(() => keys.generation === before + 1);
    expect(await has(keys, 'first')).toBe(false);
    expect(await has(keys, 'second')).toBe(true);
  });

  it('that have not changed do not look as if they had', async () => {
    const keys = keysOf();
    await has(keys, 'first');
    const before = keys.generation;
    nowMs += 31_000;
    await has(keys, 'unknown');
    expect([issuer.timesKeysWereAsked, keys.generation]).toEqual([2, before]);
  });

  it.each([
    ['an error', 404, 'not here', 'answered 404'],
    ['no JSON', 200, '<html>', 'is no JSON'],
    ['no key set', 200, '{"keys":{}}', 'is no key set'],
    ['more than 150,000 bytes', 200, JSON.stringify({ keys: [], filler: 'x'.repeat(150_000) }), 'over 150000 bytes'],
  ])('that are %s are none, and the error says so', async (_what, status, body, why) => {
    issuer.failure = { status, body };
    await expect(has(keysOf(), 'first')).rejects.toThrow(why);
  });

  it('at an address the gateway may not connect to are none, and the error says what to do', async () => {
    const egress = new EgressClient(EgressPolicy.parse('', ''));
    await expect(has(keysOf({ egress }), 'first')).rejects.toThrow('SLUICE_EGRESS_ALLOW');
    expect(issuer.asked).toEqual([]);
    await egress.close();
  });

  it('that are symmetric, private, or have no id do not exist', async () => {
    const { kid: _kid, ...nameless } = first.jwk;
    issuer.keys = [
      { kty: 'oct', k: 'c2VjcmV0', kid: 'symmetric', alg: 'HS256' },
      { ...first.jwk, kid: 'private', d: 'AAAA' },
      nameless,
      'text',
      null,
      { ...second.jwk, kid: 'usable' },
    ];
    const keys = keysOf();
    expect(await has(keys, 'usable')).toBe(true);
    expect(await has(keys, 'symmetric')).toBe(false);
    expect(await has(keys, 'private')).toBe(false);
  });
});
