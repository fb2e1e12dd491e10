import { conditionContext } from '@sluice/iam';
import { type AuthorizerAnswer, parseAuthorizerAnswer } from './authorizer-answer';
import { decisionOf, INVOKE } from './decision';

const ARN = 'arn:aws:execute-api:local:000000000000:shop/$default/GET/pets/7';
const statement = { Action: INVOKE, Effect: 'Allow', Resource: ARN };
const policy = (over: object = {}) => ({
  principalId: 'ann',
  policyDocument: { Version: '2012-10-17', Statement: [{ ...statement, ...over }] },
});

const parse = (
  answer: unknown,
  settings: { event?: 'TOKEN' | 'REQUEST-1.0' | 'REQUEST-2.0'; simpleResponses?: boolean } = {},
): AuthorizerAnswer =>
  parseAuthorizerAnswer(typeof answer === 'string' ? answer : JSON.stringify(answer), {
    event: 'REQUEST-2.0',
    simpleResponses: true,
    ...settings,
  });
const decide = (answer: unknown, arn = ARN, sourceIp = '203.0.113.9'): string =>
  decisionOf(parse(answer), '', ARN, '').verdict(INVOKE, arn, conditionContext({ 'aws:SourceIp': sourceIp }));

describe('answers that let somebody in', () => {
  it.each([
    ['true in a simple response', { isAuthorized: true }],
    ['a policy that allows the route', policy()],
    ['one statement that is not in a list', { ...policy(), policyDocument: { Statement: statement } }],
    ['a policy with wildcards', policy({ Resource: 'arn:aws:execute-api:*:*:shop/*/GET/*' })],
    ['lists of actions and resources', policy({ Action: ['execute-api:*'], Resource: ['arn:aws:x:::y', ARN] })],
    ['a condition that holds', policy({ Condition: { IpAddress: { 'aws:SourceIp': '203.0.113.0/24' } } })],
  ])('%s', (_what, answer) => {
    expect(decide(answer)).toBe('allowed');
  });
});

describe('answers that let nobody in', () => {
  it.each([
    ['false in a simple response', { isAuthorized: false }, 'implicitDeny'],
    ['a policy about something else', policy({ Resource: ARN.replace('7', '8') }), 'implicitDeny'],
    ['a policy about another action', policy({ Action: 'lambda:InvokeFunction' }), 'implicitDeny'],
    [
      'a condition that does not hold',
      policy({ Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } }),
      'implicitDeny',
    ],
    [
      'a policy that allows everything and denies everything',
      {
        principalId: 'x',
        policyDocument: {
          Version: '2012-10-17',
          Statement: [
            { Action: '*', Effect: 'Allow', Resource: '*' },
            { Action: '*', Effect: 'Deny', Resource: '*' },
          ],
        },
      },
      'explicitDeny',
    ],
  ])('%s', (_what, answer, verdict) => {
    expect(decide(answer)).toBe(verdict);
  });

  it('true in a simple response, for another path or method than it was asked about', () => {
    expect(decide({ isAuthorized: true }, ARN.replace('7', '8'))).toBe('implicitDeny');
    expect(decide({ isAuthorized: true }, ARN.replace('GET', 'DELETE'))).toBe('implicitDeny');
  });
});

describe('answers that are a fault of the authorizer', () => {
  it.each([
    ['no JSON', '<html>', 'it is no JSON'],
    ['a string', '"true"', 'it is no object'],
    ['a number', '1', 'it is no object'],
    ['true', 'true', 'it is no object'],
    ['null', 'null', 'it is no object'],
    ['a list', '[]', 'it is no object'],
    ['an empty object', {}, '"principalId" is not a string'],
    ['"false" as a string', { isAuthorized: 'false' }, '"isAuthorized" is not true or false'],
    ['"true" as a string', { isAuthorized: 'true' }, '"isAuthorized" is not true or false'],
    ['an object for a boolean', { isAuthorized: {} }, '"isAuthorized" is not true or false'],
    ['1 for true', { isAuthorized: 1 }, '"isAuthorized" is not true or false'],
    ['null for false', { isAuthorized: null }, '"isAuthorized" is not true or false'],
    ['both forms at once', { isAuthorized: true, ...policy() }, 'it has both'],
    ['a principal and nothing else', { principalId: 'x' }, '"policyDocument" must be a policy document'],
    ['no principal', { policyDocument: policy().policyDocument }, '"principalId" is not a string'],
    ['a principal that is no text', { ...policy(), principalId: 7 }, '"principalId" is not a string'],
    ['members in lower case', policy({ effect: 'Allow', Effect: undefined }), 'Effect'],
    ['an effect in lower case', policy({ Effect: 'allow' }), 'must be "Allow" or "Deny"'],
    ['no resource', policy({ Resource: undefined }), 'Resource'],
    ['an unknown condition', policy({ Condition: { Whatever: { a: 'b' } } }), 'is not a condition operator'],
    ['a resource over 512 characters', policy({ Resource: `arn:${'x'.repeat(512)}` }), 'over 512 characters'],
    ['no statements', { ...policy(), policyDocument: { Statement: [] } }, 'at least one statement'],
    ['a context that is no object', { isAuthorized: true, context: 'x' }, '"context" is not an object'],
    ['a context over 8 KiB', { isAuthorized: true, context: { x: 'y'.repeat(1 << 20) } }, 'over 8192 bytes'],
    ['a usage key that is no text', { ...policy(), usageIdentifierKey: 7 }, '"usageIdentifierKey" is not a string'],
  ])('%s', (_what, answer, why) => {
    expect(() => parse(answer)).toThrow(why);
    try {
      parse(answer);
    } catch (error) {
      expect(error).toMatchObject({ code: 'AUTHORIZER_CONFIGURATION_ERROR' });
    }
  });

  it('a simple response where the authorizer does not say that it gives them', () => {
    expect(() => parse({ isAuthorized: true }, { simpleResponses: false })).toThrow('"simpleResponses": true');
  });

  it('lists and objects in the context of format 1.0', () => {
    for (const value of [[1], { a: 1 }, null]) {
      const answer = { ...policy(), context: { value } };
      expect(() => parse(answer, { event: 'TOKEN', simpleResponses: false })).toThrow('"context.value"');
      expect(parse(answer).context).toEqual([['value', value]]);
    }
  });
});

describe('what the function behind the route gets to know', () => {
  const authorizationOf = (answer: unknown) => decisionOf(parse(answer), '', ARN, 'identity').authorization;

  it('is the context as it was in format 2.0, and strings with the principal in 1.0', () => {
    const { authorizerV1, authorizerV2, principalId, usageIdentifierKey } = authorizationOf({
      ...policy(),
      context: { text: 'a', number: 7, yes: true, list: ['a', 1], principalId: 'mallory' },
      usageIdentifierKey: 'key-1',
    });
    expect(JSON.parse(authorizerV2)).toEqual({
      lambda: { text: 'a', number: 7, yes: true, list: ['a', 1], principalId: 'mallory' },
    });
    expect(JSON.parse(authorizerV1)).toEqual({
      principalId: 'ann',
      text: 'a',
      number: '7',
      yes: 'true',
      list: '["a",1]',
    });
    expect([principalId, usageIdentifierKey]).toEqual(['ann', 'key-1']);
  });

  it('takes any name and any text as data', () => {
    const answer = '{"isAuthorized":true,"context":{"__proto__":"x","x-user":"a\\r\\nx-admin: 1"}}';
    const { authorizerV2 } = authorizationOf(answer);
    const lambda = (JSON.parse(authorizerV2) as { lambda: object }).lambda;
    expect(Object.entries(lambda)).toEqual([
      ['__proto__', 'x'],
      ['x-user', 'a\r\nx-admin: 1'],
    ]);
  });

  it('tells callers apart in the response cache by principal, context and identity', () => {
    const identityOf = (answer: unknown, identity: string) =>
      decisionOf(parse(answer), '', ARN, identity).authorization.cacheIdentity;
    const all = [
      identityOf({ isAuthorized: true }, 'a'),
      identityOf({ isAuthorized: true }, 'b'),
      identityOf({ isAuthorized: true, context: { role: 'admin' } }, 'a'),
      identityOf(policy(), 'a'),
      identityOf({ ...policy(), principalId: 'bob' }, 'a'),
    ];
    expect(new Set(all).size).toBe(all.length);
    expect(identityOf(policy(), 'a')).toBe(all[3]);
  });
});
