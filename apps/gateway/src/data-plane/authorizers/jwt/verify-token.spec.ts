import { createHmac } from 'node:crypto';
import { type JwtAuthorizer } from '@sluice/contracts';
import { EgressClient, EgressPolicy } from '@sluice/egress';
import { CompactSign, exportSPKI, importJWK, type CryptoKey } from 'jose';
import { IssuerKeys } from './issuer-keys';
import { type IssuerKey, issuerKey, KeyIssuer, sign } from './key-issuer.fixture';
import { TokenRefused, verifyToken } from './verify-token';

const NOW = 1_700_000_000;
const egress = new EgressClient(EgressPolicy.parse('127.0.0.1:*', ''));
const issuer = new KeyIssuer();
const signers = new Map<string, IssuerKey>();
let settings: JwtAuthorizer;
let keys: IssuerKeys;
let good: Record<string, unknown>;

beforeAll(async () => {
  await issuer.start();
  for (const alg of ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512'])
    signers.set(alg, await issuerKey(`key-${alg}`, alg));
  signers.set('EdDSA', await issuerKey('key-EdDSA', 'EdDSA', 'Ed25519'));
  issuer.keys = [...signers.values()].map(({ jwk }) => jwk);
  settings = {
    type: 'jwt',
    issuer: issuer.url,
    audience: ['me', 'you'],
    identitySource: '$request.header.Authorization',
    clockSkewSeconds: 60,
  };
  keys = new IssuerKeys({ egress, issuer: issuer.url, jwksUri: undefined, nowMs: () => 0, onError: () => undefined });
  good = { iss: issuer.url, aud: 'me', sub: 'ann', exp: NOW + 300 };
});
afterAll(async () => {
  await egress.close();
  await issuer.stop();
});

const signer = (alg: string): IssuerKey => {
  const key = signers.get(alg);
  if (key === undefined) throw new Error(`no key for ${alg}`);
  return key;
};
const verify = (token: string, over: Partial<JwtAuthorizer> = {}) =>
  verifyToken(token, { ...settings, ...over }, keys, NOW);
/** `accepted`, or why not. */
const verdict = (token: string, over: Partial<JwtAuthorizer> = {}): Promise<string> =>
  verify(token, over).then(
    () => 'accepted',
    (error: unknown) => {
      if (!(error instanceof TokenRefused)) throw error;
      return error.message;
    },
  );
const part = (json: unknown): string => Buffer.from(JSON.stringify(json)).toString('base64url');
const flipped = (text: string, index: number): string => {
  const replacement = text[index] === 'A' ? 'B' : 'A';
  return text.slice(0, index) + replacement + text.slice(index + 1);
};

describe('algorithms', () => {
  it.each(['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'])(
    'a token signed with %s is accepted, and refused when a byte of it differs',
    async (alg) => {
      const token = await sign(signer(alg), good);
      expect(await verdict(token)).toBe('accepted');
      const [header = '', payload = '', signature = ''] = token.split('.');
      for (const altered of [
        `${header}.${flipped(payload, 10)}.${signature}`,
        `${header}.${payload}.${flipped(signature, 10)}`,
        `${header}.${payload}.${signature.slice(4)}`,
        `${header}.${payload}.${signature}AAAA`,
      ]) {
        expect(await verdict(altered)).toBe('the signature of the token is not valid');
      }
    },
  );

  it('none is refused, in every casing and with an empty signature', async () => {
    for (const alg of ['none', 'None', 'NONE', 'nOnE']) {
      expect(await verdict(`${part({ alg, kid: 'key-RS256' })}.${part(good)}.AA`)).toMatch('algorithm');
      expect(await verdict(`${part({ alg, kid: 'key-RS256' })}.${part(good)}.`)).toMatch('three parts');
    }
  });

  it('HS256 with the public key as the secret is refused', async () => {
    const publicKey = (await importJWK(signer('RS256').jwk, 'RS256')) as CryptoKey;
    const head = `${part({ alg: 'HS256', kid: 'key-RS256' })}.${part(good)}`;
    for (const secret of [await exportSPKI(publicKey), JSON.stringify(signer('RS256').jwk), '']) {
      const mac = createHmac('sha256', secret).update(head).digest('base64url');
      expect(await verdict(`${head}.${mac}`)).toBe('the signing algorithm of the token is not accepted');
    }
  });

  it.each([
    ['RS256', { alg: 'ES256' }],
    ['ES256', { alg: 'RS256' }],
    ['EdDSA', { alg: 'ES256' }],
  ])('a key of %s is not used for another algorithm', async (alg, header) => {
    const [, payload = '', signature = ''] = (await sign(signer(alg), good)).split('.');
    const forged = `${part({ ...header, kid: `key-${alg}` })}.${payload}.${signature}`;
    expect(await verdict(forged)).toBe("the issuer has no key of the token's key id");
  });

  it('only those the authorizer lists are accepted', async () => {
    const token = await sign(signer('RS256'), good);
    expect(await verdict(token, { algorithms: ['ES256'] })).toMatch('algorithm');
    expect(await verdict(token, { algorithms: ['RS256'] })).toBe('accepted');
  });
});

describe('keys', () => {
  it('of a stranger are refused, under his own id and under one of the issuer', async () => {
    const stranger = await issuerKey('stranger', 'RS256');
    expect(await verdict(await sign(stranger, good))).toBe("the issuer has no key of the token's key id");
    expect(await verdict(await sign(stranger, good, { kid: 'key-RS256' }))).toBe(
      'the signature of the token is not valid',
    );
  });

  it('that the token brings along, or says where to fetch, are not looked at', async () => {
    const stranger = await issuerKey('key-RS256', 'RS256');
    const asked = issuer.asked.length;
    for (const header of [
      { jwk: stranger.jwk },
      { jku: `${issuer.url}/evil` },
      { x5u: `${issuer.url}/evil` },
      { x5c: ['MIIB'] },
    ]) {
      expect(await verdict(await sign(stranger, good, header))).toBe('the signature of the token is not valid');
    }
    expect(issuer.asked).toHaveLength(asked);
    // The same members do no harm to a token of the issuer.
    expect(await verdict(await sign(signer('RS256'), good, { jku: `${issuer.url}/evil` }))).toBe('accepted');
  });

  it('must be named', async () => {
    for (const kid of [undefined, '', 7, null, {}]) {
      const [, payload = '', signature = ''] = (await sign(signer('RS256'), good)).split('.');
      expect(await verdict(`${part({ alg: 'RS256', kid })}.${payload}.${signature}`)).toBe('the token has no key id');
    }
  });

  it.each(['../../../etc/passwd', "' or 1=1 --", '__proto__', 'constructor', 'http://127.0.0.1/keys'])(
    'named %s are names and nothing else',
    async (kid) => {
      const [, payload = '', signature = ''] = (await sign(signer('RS256'), good)).split('.');
      const forged = `${part({ alg: 'RS256', kid })}.${payload}.${signature}`;
      expect(await verdict(forged)).toBe("the issuer has no key of the token's key id");
    },
  );
});

describe('form', () => {
  it('critical extensions are refused, understood or not', async () => {
    for (const header of [{ crit: ['exp'], exp: 1 }, { crit: ['b64'], b64: false }, { crit: [] }]) {
      const [, payload = '', signature = ''] = (await sign(signer('ES256'), good)).split('.');
      const forged = `${part({ alg: 'ES256', kid: 'key-ES256', ...header })}.${payload}.${signature}`;
      expect(await verdict(forged)).toBe('the token has critical extensions');
    }
  });

  it.each([
    ['one part', 'abc'],
    ['two parts', 'abc.def'],
    ['four parts', 'a.b.c.d'],
    ['five parts, as encrypted tokens have', 'a.b.c.d.e'],
    ['padding', 'YQ==.YQ==.YQ=='],
    ['standard base64', 'a+b.c/d.e+f'],
    ['a space', 'abc.def. ghi'],
  ])('%s is refused', async (_what, token) => {
    expect(await verdict(token)).toBe('the token is not three parts of base64url');
  });

  it('a header that is no JSON object is refused', async () => {
    for (const header of [Buffer.from('{').toString('base64url'), part([]), part('x'), part(null), '-_-_'])
      expect(await verdict(`${header}.${part(good)}.AA`)).not.toBe('accepted');
  });

  it('claims that are no JSON object are refused though they are signed', async () => {
    const { privateKey } = signer('ES256');
    for (const text of ['[]', 'null', '"x"', '{', '']) {
      const token = await new CompactSign(Buffer.from(text))
        .setProtectedHeader({ alg: 'ES256', kid: 'key-ES256' })
        .sign(privateKey);
      expect(await verdict(token)).not.toBe('accepted');
    }
  });

  it('a token over 8 KiB is refused before anything of it is read', async () => {
    const token = await sign(signer('ES256'), { ...good, filler: 'x'.repeat(8_192) });
    expect(await verdict(token)).toBe('the token is over 8192 bytes');
  });
});

describe('claims', () => {
  const verdictOf = async (claims: object, over: Partial<JwtAuthorizer> = {}) =>
    verdict(await sign(signer('ES256'), { ...good, ...claims }), over);

  it.each([
    ['another issuer', { iss: 'https://evil.example' }, 'the token does not have a valid issuer'],
    ['the issuer in a list', { iss: ['x'] }, 'the token does not have a valid issuer'],
    ['no issuer', { iss: undefined }, 'the token does not have a valid issuer'],
    ['another audience', { aud: 'them' }, 'the token does not have a valid audience'],
    ['no audience', { aud: undefined }, 'the token does not have a valid audience'],
    ['an empty audience', { aud: [] }, 'the token does not have a valid audience'],
    ['an audience that is no text', { aud: ['me', 1] }, 'the token does not have a valid audience'],
    [
      'the right client beside a wrong audience',
      { aud: 'them', client_id: 'me' },
      'the token does not have a valid audience',
    ],
    ['no expiry', { exp: undefined }, 'the token has no expiry time'],
    ['an expiry that is text', { exp: '9999999999' }, 'the token has no expiry time'],
    ['an expiry as long ago as clocks may differ', { exp: NOW - 60 }, 'the token has expired'],
    ['a beginning in the future', { nbf: NOW + 61 }, 'the token is not valid yet'],
    ['a beginning that is text', { nbf: '0' }, 'the claim nbf of the token is no date'],
    ['an issue in the future', { iat: NOW + 61 }, 'the token was issued in the future'],
  ])('with %s the token is refused', async (_what, claims, why) => {
    expect(await verdictOf(claims)).toBe(why);
  });

  it.each([
    ['one of several audiences', { aud: ['them', 'you'] }],
    ['the client where there is no audience', { aud: undefined, client_id: 'you' }],
    ['an expiry a moment ago', { exp: NOW - 59 }],
    ['a beginning in a moment', { nbf: NOW + 60, iat: NOW + 60 }],
    ['fractions of seconds', { exp: NOW + 0.5, iat: NOW - 0.5 }],
  ])('with %s the token is accepted', async (_what, claims) => {
    expect(await verdictOf(claims)).toBe('accepted');
  });

  it('the clocks may differ by as much as the authorizer says', async () => {
    expect(await verdictOf({ exp: NOW - 1 }, { clockSkewSeconds: 0 })).toBe('the token has expired');
    expect(await verdictOf({ exp: NOW - 299 }, { clockSkewSeconds: 300 })).toBe('accepted');
  });

  it('the issuer is checked before the audience, and both before the dates', async () => {
    expect(await verdictOf({ iss: 'x', aud: 'x', exp: 0 })).toMatch('issuer');
    expect(await verdictOf({ aud: 'x', exp: 0 })).toMatch('audience');
  });

  it('scopes come from scope and scp, text or list', async () => {
    const scopesOf = async (claims: object) =>
      (await verify(await sign(signer('ES256'), { ...good, ...claims }))).scopes;
    expect(await scopesOf({ scope: 'read  write' })).toEqual(['read', 'write']);
    expect(await scopesOf({ scp: ['read', 7], scope: 'write' })).toEqual(['write', 'read']);
    expect(await scopesOf({ scope: { read: true } })).toEqual([]);
  });
});
