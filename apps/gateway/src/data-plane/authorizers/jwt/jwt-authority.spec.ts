import { type JwtAuthorizer } from '@sluice/contracts';
import { EgressClient, EgressPolicy } from '@sluice/egress';
import { waitFor } from '@sluice/testing';
import { IssuerKeys } from './issuer-keys';
import { JwtAuthority } from './jwt-authority';
import { type IssuerKey, issuerKey, KeyIssuer, sign } from './key-issuer.fixture';

const START_MS = 1_700_000_000_000;
const egress = new EgressClient(EgressPolicy.parse('127.0.0.1:*', ''));
let issuer: KeyIssuer;
let key: IssuerKey;
let nowMs = START_MS;
let authority: JwtAuthority;

beforeEach(async () => {
  nowMs = START_MS;
  issuer = await new KeyIssuer().start();
  key = await issuerKey('key', 'ES256');
  issuer.keys = [key.jwk];
  const settings: JwtAuthorizer = {
    type: 'jwt',
    issuer: issuer.url,
    audience: ['me'],
    identitySource: '$request.header.Authorization',
    clockSkewSeconds: 60,
  };
  const keys = new IssuerKeys({
    egress,
    issuer: issuer.url,
    jwksUri: `${issuer.url}/keys`,
    nowMs: () => nowMs,
    onError: () => undefined,
  });
  authority = new JwtAuthority(settings, keys, () => nowMs);
});
afterEach(() => issuer.stop());
afterAll(() => egress.close());

const token = (over: object = {}) =>
  sign(key, { iss: issuer.url, aud: 'me', sub: 'ann', exp: START_MS / 1_000 + 3_600, ...over });

describe('verified tokens', () => {
  it('are known without being verified again, each for itself', async () => {
    const [first, second] = [await token(), await token({ scope: 'more' })];
    expect(authority.known(first)).toBeNull();
    const holder = await authority.verify(first);
    expect(authority.known(first)).toBe(holder);
    expect(authority.known(second)).toBeNull();
    expect(authority.known(`${first}x`)).toBeNull();
    const other = await authority.verify(second);
    expect(other.authorization.cacheIdentity).not.toBe(holder.authorization.cacheIdentity);
    expect(holder.authorization).toMatchObject({ kind: 'jwt', principalId: 'ann' });
  });

  it('are forgotten when they expire', async () => {
    const text = await token();
    await authority.verify(text);
    nowMs = START_MS + 3_659_999;
    expect(authority.known(text)).not.toBeNull();
    nowMs += 1;
    expect(authority.known(text)).toBeNull();
  });

  it('that were refused are not known', async () => {
    const text = await token({ aud: 'them' });
    await expect(authority.verify(text)).rejects.toThrow('audience');
    expect(authority.known(text)).toBeNull();
  });

  it('are forgotten when the issuer takes their key away, though nobody brings a new one', async () => {
    const text = await token();
    await authority.verify(text);
    issuer.keys = [(await issuerKey('next', 'ES256')).jwk];
    nowMs += 11 * 60_000;
    expect(authority.known(text)).not.toBeNull(); // this look starts the fetch
    await waitFor(() => authority.known(text) === null);
    await expect(authority.verify(text)).rejects.toThrow('no key');
  });
});
