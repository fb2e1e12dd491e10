import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type JwtAuthorizer } from '@sluice/contracts';
import { EgressClient, EgressPolicy } from '@sluice/egress';
import { IssuerKeys } from './issuer-keys';
import { KeyIssuer } from './key-issuer.fixture';
import { TokenRefused, verifyToken } from './verify-token';

interface Group {
  readonly source: string;
  readonly comment: string;
  readonly keys: readonly object[];
  readonly tests: readonly { tcId: number; comment: string; jws: string; result: 'valid' | 'invalid' }[];
}

/** Project Wycheproof's signatures of JSON Web Signature and its keys, where the key is a public one. */
const { groups } = JSON.parse(readFileSync(join(__dirname, 'wycheproof.fixture.json'), 'utf8')) as { groups: Group[] };

/** Where a JSON Web Token is less than a JSON Web Signature may be: published as valid, refused here. */
const REFUSED_HERE = new Map([
  ...[259, 264, 268, 272, 320, 325].map((id) => [id, 'the token is not three parts of base64url'] as const), // no payload: a token has claims
  ...[346, 350].map((id) => [id, "the issuer has no key of the token's key id"] as const), // PS384 with a key that is for PS256 only
  ...[347, 351].map((id) => [id, "the issuer has no key of the token's key id"] as const), // a key for "ES521", which is no algorithm
]);
/** Published as invalid for its key, whose primes are of the ROCA family: who takes an issuer's keys trusts how he made them. */
const ROCA_KEY = 'jws_rsa_roca_key';
/** What follows the signature: the payloads are no claims. */
const GOOD_SIGNATURE = /^the claims of the token are no JSON/;

const egress = new EgressClient(EgressPolicy.parse('127.0.0.1:*', ''));
const issuer = new KeyIssuer();
beforeAll(() => issuer.start());
afterAll(async () => {
  await egress.close();
  await issuer.stop();
});

async function verdicts({ keys, tests }: Group): Promise<Map<number, string>> {
  issuer.keys = [...keys];
  const { url } = issuer;
  const issuerKeys = new IssuerKeys({
    egress,
    issuer: url,
    jwksUri: undefined,
    nowMs: () => 0,
    onError: () => undefined,
  });
  const settings: JwtAuthorizer = {
    type: 'jwt',
    issuer: url,
    audience: ['me'],
    identitySource: '$request.header.Authorization',
    clockSkewSeconds: 60,
  };
  const found = new Map<number, string>();
  for (const { tcId, jws } of tests) {
    const verdict = await verifyToken(jws, settings, issuerKeys, 0).catch((error: unknown) => error);
    if (!(verdict instanceof TokenRefused)) throw new Error(`test ${tcId}: ${String(verdict)}`);
    found.set(tcId, GOOD_SIGNATURE.test(verdict.message) ? 'valid' : verdict.message);
  }
  return found;
}

describe('published signatures', () => {
  it('are all of them here', () => {
    const tests = groups.flatMap((group) => group.tests);
    const valid = tests.filter(({ result }) => result === 'valid').length;
    expect([groups.length, tests.length, valid]).toEqual([30, 372, 37]);
  });

  it.each(groups.map((group, index) => [index, group.source, group.comment, group] as const))(
    '%i: %s, %s: what is valid is verified, what is not is refused',
    async (_index, source, comment, group) => {
      const found = await verdicts(group);
      for (const { tcId, result } of group.tests) {
        const verdict = found.get(tcId) ?? '';
        const expected = source === 'signature' ? REFUSED_HERE.get(tcId) : undefined;
        if (expected !== undefined) expect([tcId, verdict]).toEqual([tcId, expected]);
        else expect([tcId, verdict === 'valid']).toEqual([tcId, result === 'valid' || comment === ROCA_KEY]);
      }
    },
  );
});
