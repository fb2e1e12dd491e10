import { policyProblems, type PolicyDocument } from '@sluice/contracts';
import { conditionContext } from './condition-context';
import { compilePolicy, eitherAllows, PolicySet, type Verdict } from './policy-set';
import { type PolicyRequest } from './statement';

// The cases are AWS's documented examples in our own words and names, and the places where implementations go wrong.

const ROUTE = 'arn:aws:execute-api:local:000000000000:shop/prod/GET/pets/7';
const ANN = 'arn:aws:iam::000000000000:user/ann';

type Asked = Partial<Omit<PolicyRequest, 'context'>> & { context?: Record<string, string | string[]> };

function ask(document: unknown, asked: Asked, kind: 'identity' | 'resource' = 'identity'): Verdict {
  expect(policyProblems(document, kind)).toEqual([]);
  const { context = {}, ...rest } = asked;
  return new PolicySet([compilePolicy(document as PolicyDocument)]).verdict({
    action: 'execute-api:Invoke',
    resource: ROUTE,
    principalArn: ANN,
    ...rest,
    context: conditionContext(context),
  });
}

const allow = (rest: object) => ({ Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*', ...rest });
const deny = (rest: object) => ({ ...allow(rest), Effect: 'Deny' });
const policy = (...Statement: object[]) => ({ Version: '2012-10-17', Statement });

describe('effects', () => {
  test.each<[string, object, Verdict]>([
    ['nothing that applies denies', policy(allow({ Action: 'sluice:GetApi' })), 'implicitDeny'],
    ['an Allow that applies allows', policy(allow({})), 'allowed'],
    ['one statement without a list', { Version: '2012-10-17', Statement: allow({}) }, 'allowed'],
    ['an explicit Deny wins over an Allow before it', policy(allow({}), deny({})), 'explicitDeny'],
    ['an explicit Deny wins over an Allow after it', policy(deny({}), allow({})), 'explicitDeny'],
    ['a Deny of something else does not matter', policy(allow({}), deny({ Action: 'lambda:*' })), 'allowed'],
    ['a document without a version', { Statement: [allow({})] }, 'allowed'],
  ])('%s', (_what, document, verdict) => {
    expect(ask(document, {})).toBe(verdict);
  });

  test('policies asked together decide as one, whichever stands first', () => {
    const request = { action: 'a:B', resource: 'arn:x', principalArn: ANN, context: conditionContext({}) };
    const [permits, forbids] = [allow({ Action: 'a:*' }), deny({ Action: 'a:B' })].map((statement) =>
      compilePolicy(policy(statement) as PolicyDocument),
    );
    if (permits === undefined || forbids === undefined) throw new Error('both compile');
    expect(new PolicySet([permits, forbids]).verdict(request)).toBe('explicitDeny');
    expect(new PolicySet([forbids, permits]).verdict(request)).toBe('explicitDeny');
    expect(new PolicySet([permits]).verdict(request)).toBe('allowed');
    expect(new PolicySet([]).verdict(request)).toBe('implicitDeny');
  });

  test.each<[Verdict, Verdict, Verdict]>([
    ['allowed', 'implicitDeny', 'allowed'],
    ['implicitDeny', 'allowed', 'allowed'],
    ['allowed', 'explicitDeny', 'explicitDeny'],
    ['explicitDeny', 'allowed', 'explicitDeny'],
    ['implicitDeny', 'implicitDeny', 'implicitDeny'],
  ])('identity %s with resource %s is %s', (identity, resource, verdict) => {
    expect(eitherAllows(identity, resource)).toBe(verdict);
  });
});

describe('actions and resources', () => {
  test.each<[string, object, boolean]>([
    ['everything', { Action: '*' }, true],
    ['every action of a service', { Action: 'execute-api:*' }, true],
    ['the beginning of an action', { Action: 'execute-api:Inv*' }, true],
    ['one unknown character', { Action: 'execute-api:Invok?' }, true],
    ['a list', { Action: ['lambda:InvokeFunction', 'execute-api:Invoke'] }, true],
    ['another case: actions are not case-sensitive', { Action: 'EXECUTE-API:invoke' }, true],
    ['another service', { Action: 'lambda:*' }, false],
    ['a name that only begins alike', { Action: 'execute-api:InvokeX' }, false],
    ['all but another action', { Action: undefined, NotAction: 'iam:*' }, true],
    ['all but this action', { Action: undefined, NotAction: ['iam:*', 'execute-api:Invoke'] }, false],
    ['this very resource', { Resource: ROUTE }, true],
    ['another case: resources are case-sensitive', { Resource: ROUTE.replace('shop', 'Shop') }, false],
    ['every stage and method of an API', { Resource: 'arn:aws:execute-api:local:000000000000:shop/*' }, true],
    ['one method of every API', { Resource: 'arn:aws:execute-api:*:*:*/*/GET/*' }, true],
    ['another method', { Resource: 'arn:aws:execute-api:*:*:*/*/POST/*' }, false],
    ['another stage', { Resource: 'arn:aws:execute-api:local:000000000000:shop/dev/*' }, false],
    ['the middle of a path', { Resource: 'arn:aws:execute-api:*:*:shop/*/pets/?' }, true],
    ['one character where there are two', { Resource: `${ROUTE.slice(0, -1)}??` }, false],
    ['a part of the resource', { Resource: 'arn:aws:execute-api:local:000000000000:shop' }, false],
    ['all but another resource', { Resource: undefined, NotResource: 'arn:aws:execute-api:*:*:admin/*' }, true],
    ['all but this resource', { Resource: undefined, NotResource: 'arn:aws:execute-api:*:*:shop/*' }, false],
  ])('%s', (_what, rest, applies) => {
    expect(ask(policy(allow(rest)), {})).toBe(applies ? 'allowed' : 'implicitDeny');
  });

  test('a pattern of many stars takes no longer than its length allows', () => {
    const document = policy(allow({ Resource: `arn:${'*a'.repeat(500)}b` }));
    expect(ask(document, { resource: `arn:${'a'.repeat(10_000)}` })).toBe('implicitDeny');
  });
});

describe('conditions', () => {
  const one = (operator: string, key: string, value: unknown) => ({ [operator]: { [key]: value } });
  test.each<[string, object, Record<string, string | string[]>, boolean]>([
    [
      'an address in the block',
      one('IpAddress', 'aws:SourceIp', '203.0.113.0/24'),
      { 'aws:SourceIp': '203.0.113.9' },
      true,
    ],
    [
      'an address outside it',
      one('IpAddress', 'aws:SourceIp', '203.0.113.0/24'),
      { 'aws:SourceIp': '203.0.114.9' },
      false,
    ],
    ['one address', one('IpAddress', 'aws:SourceIp', '203.0.113.9'), { 'aws:SourceIp': '203.0.113.9' }, true],
    [
      'one of several blocks',
      one('IpAddress', 'aws:SourceIp', ['192.0.2.0/24', '203.0.113.0/24']),
      { 'aws:SourceIp': '203.0.113.9' },
      true,
    ],
    [
      'IPv6',
      one('IpAddress', 'aws:SourceIp', '2001:db8:1234:5678::/64'),
      { 'aws:SourceIp': '2001:DB8:1234:5678::1' },
      true,
    ],
    [
      'IPv6 outside',
      one('IpAddress', 'aws:SourceIp', '2001:db8:1234:5678::/64'),
      { 'aws:SourceIp': '2001:db8:1234:5679::1' },
      false,
    ],
    [
      'IPv4 written as IPv6',
      one('IpAddress', 'aws:SourceIp', '203.0.113.0/24'),
      { 'aws:SourceIp': '::ffff:203.0.113.9' },
      true,
    ],
    ['text that is no address', one('IpAddress', 'aws:SourceIp', '0.0.0.0/0'), { 'aws:SourceIp': 'localhost' }, false],
    [
      'not in any of the blocks',
      one('NotIpAddress', 'aws:SourceIp', ['192.0.2.0/24', '203.0.113.0/24']),
      { 'aws:SourceIp': '198.51.100.1' },
      true,
    ],
    [
      'in one that it must not be in',
      one('NotIpAddress', 'aws:SourceIp', ['192.0.2.0/24', '203.0.113.0/24']),
      { 'aws:SourceIp': '203.0.113.9' },
      false,
    ],
    ['text', one('StringEquals', 'aws:username', 'ann'), { 'aws:username': 'ann' }, true],
    ['text in another case', one('StringEquals', 'aws:username', 'ann'), { 'aws:username': 'Ann' }, false],
    ['text is no pattern', one('StringEquals', 'aws:username', 'a*'), { 'aws:username': 'ann' }, false],
    ['a key in another case', one('StringEquals', 'AWS:UserName', 'ann'), { 'aws:username': 'ann' }, true],
    ['text in any case', one('StringEqualsIgnoreCase', 'aws:username', 'ANN'), { 'aws:username': 'ann' }, true],
    ['not in any case', one('StringNotEqualsIgnoreCase', 'aws:username', 'ANN'), { 'aws:username': 'ann' }, false],
    ['other text', one('StringNotEquals', 'aws:username', ['bob', 'eve']), { 'aws:username': 'ann' }, true],
    ['not one of several', one('StringNotEquals', 'aws:username', ['bob', 'ann']), { 'aws:username': 'ann' }, false],
    ['a pattern', one('StringLike', 'aws:UserAgent', 'curl/*'), { 'aws:UserAgent': 'curl/8.5.0' }, true],
    ['not the pattern', one('StringNotLike', 'aws:UserAgent', 'curl/*'), { 'aws:UserAgent': 'curl/8.5.0' }, false],
    ['a number', one('NumericLessThanEquals', 'app:size', '10'), { 'app:size': '10' }, true],
    ['a number written as one', one('NumericLessThan', 'app:size', 10), { 'app:size': '10' }, false],
    ['numbers, not texts, are compared', one('NumericGreaterThan', 'app:size', '9'), { 'app:size': '10' }, true],
    ['equal numbers of different spelling', one('NumericEquals', 'app:size', '10'), { 'app:size': '1e1' }, true],
    ['no number', one('NumericGreaterThanEquals', 'app:size', '0'), { 'app:size': 'many' }, false],
    [
      'before a date',
      one('DateLessThan', 'aws:CurrentTime', '2027-01-01T00:00:00Z'),
      { 'aws:CurrentTime': '2026-12-31T23:59:59Z' },
      true,
    ],
    [
      'after a date',
      one('DateGreaterThan', 'aws:CurrentTime', '2027-01-01T00:00:00Z'),
      { 'aws:CurrentTime': '2026-12-31T23:59:59Z' },
      false,
    ],
    [
      'dates with offsets',
      one('DateEquals', 'aws:CurrentTime', '2026-06-01T02:00:00+02:00'),
      { 'aws:CurrentTime': '2026-06-01T00:00:00Z' },
      true,
    ],
    [
      'seconds since 1970',
      one('DateGreaterThan', 'aws:CurrentTime', '1780272000'),
      { 'aws:CurrentTime': '2026-06-01T00:00:01Z' },
      true,
    ],
    ['true', one('Bool', 'aws:SecureTransport', 'true'), { 'aws:SecureTransport': 'true' }, true],
    ['true as a boolean', one('Bool', 'aws:SecureTransport', true), { 'aws:SecureTransport': 'true' }, true],
    ['not true', one('Bool', 'aws:SecureTransport', 'true'), { 'aws:SecureTransport': 'false' }, false],
    ['bytes', one('BinaryEquals', 'app:key', 'QmluYXJ5'), { 'app:key': 'QmluYXJ5' }, true],
    [
      'an ARN by pattern',
      one('ArnLike', 'aws:PrincipalArn', 'arn:aws:iam::*:user/an?'),
      { 'aws:PrincipalArn': ANN },
      true,
    ],
    [
      'ArnEquals is ArnLike',
      one('ArnEquals', 'aws:PrincipalArn', 'arn:aws:iam::*:user/*'),
      { 'aws:PrincipalArn': ANN },
      true,
    ],
    [
      'a star does not reach over a colon of an ARN',
      one('ArnLike', 'aws:PrincipalArn', 'arn:aws:*:user/ann:x:y'),
      { 'aws:PrincipalArn': ANN },
      false,
    ],
    [
      'an ARN it must not be',
      one('ArnNotLike', 'aws:PrincipalArn', 'arn:aws:iam::*:user/b*'),
      { 'aws:PrincipalArn': ANN },
      true,
    ],
    ['a key that must not exist', one('Null', 'aws:TokenIssueTime', 'true'), {}, true],
    ['a key that must exist', one('Null', 'aws:TokenIssueTime', 'false'), {}, false],
    ['a key that exists', one('Null', 'aws:username', false), { 'aws:username': 'ann' }, true],
  ])('%s', (_what, Condition, context, applies) => {
    expect(ask(policy(allow({ Condition })), { context })).toBe(applies ? 'allowed' : 'implicitDeny');
  });

  test.each<[string, boolean]>([
    ['StringEquals', false],
    ['StringEqualsIfExists', true],
    ['StringNotEquals', true],
    ['StringNotEqualsIfExists', true],
    ['StringNotLike', true],
    ['NumericEquals', false],
    ['NumericNotEquals', true],
    ['DateLessThanIfExists', true],
    ['Bool', false],
    ['IpAddress', false],
    ['NotIpAddress', true],
    ['ArnLike', false],
    ['ArnNotLike', true],
    ['ForAllValues:StringEquals', true],
    ['ForAnyValue:StringEquals', false],
    ['ForAnyValue:StringNotEquals', false],
    ['ForAnyValue:StringEqualsIfExists', true],
  ])('%s of a key that the request does not have: %s', (operator, holds) => {
    const value = { Bool: 'true', DateLessThanIfExists: '2026-01-01', IpAddress: '::/0', NotIpAddress: '::/0' }[
      operator
    ];
    const plain = operator.startsWith('Arn') ? 'arn:aws:iam::1:user/x' : '1';
    const document = policy(allow({ Condition: { [operator]: { 'app:key': value ?? plain } } }));
    expect(ask(document, {})).toBe(holds ? 'allowed' : 'implicitDeny');
  });

  test.each<[string, string[], boolean]>([
    ['ForAllValues:StringEquals', ['a', 'b'], true],
    ['ForAllValues:StringEquals', ['a', 'c'], false],
    ['ForAllValues:StringEquals', [], true],
    ['ForAnyValue:StringEquals', ['c', 'b'], true],
    ['ForAnyValue:StringEquals', ['c', 'd'], false],
    ['ForAnyValue:StringEquals', [], false],
    ['ForAllValues:StringNotEquals', ['c', 'd'], true],
    ['ForAllValues:StringNotEquals', ['c', 'a'], false],
    ['ForAnyValue:StringNotEquals', ['a', 'c'], true],
    ['ForAnyValue:StringNotEquals', ['a', 'b'], false],
    ['ForAnyValue:StringLike', ['x', 'a'], true],
  ])('%s of ["a", "b"] with %j: %s', (operator, tags, holds) => {
    const document = policy(allow({ Condition: { [operator]: { 'app:tags': ['a', 'b'] } } }));
    expect(ask(document, { context: { 'app:tags': tags } })).toBe(holds ? 'allowed' : 'implicitDeny');
  });

  test('all operators and all keys must hold, and of the values of a key one is enough', () => {
    const Condition = {
      StringEquals: { 'aws:username': ['ann', 'bob'], 'app:team': 'red' },
      IpAddress: { 'aws:SourceIp': '203.0.113.0/24' },
    };
    const good = { 'aws:username': 'bob', 'app:team': 'red', 'aws:SourceIp': '203.0.113.1' };
    expect(ask(policy(allow({ Condition })), { context: good })).toBe('allowed');
    for (const change of [{ 'aws:username': 'eve' }, { 'app:team': 'blue' }, { 'aws:SourceIp': '192.0.2.1' }]) {
      expect(ask(policy(allow({ Condition })), { context: { ...good, ...change } })).toBe('implicitDeny');
    }
  });
});

describe('policy variables', () => {
  const own = 'arn:aws:execute-api:*:*:shop/*/*/users/${aws:username}/*';
  const of = (name: string) => `arn:aws:execute-api:local:000000000000:shop/prod/GET/users/${name}/orders`;

  test('stand for the value of the request', () => {
    const document = policy(allow({ Resource: own }));
    expect(ask(document, { resource: of('ann'), context: { 'aws:username': 'ann' } })).toBe('allowed');
    expect(ask(document, { resource: of('bob'), context: { 'aws:username': 'ann' } })).toBe('implicitDeny');
  });

  test('a value with a star in it is no pattern', () => {
    const document = policy(allow({ Resource: own }));
    expect(ask(document, { resource: of('bob'), context: { 'aws:username': '*' } })).toBe('implicitDeny');
  });

  test('are plain text without Version 2012-10-17', () => {
    const document = { Version: '2008-10-17', Statement: allow({ Resource: own }) };
    expect(ask(document, { resource: of('ann'), context: { 'aws:username': 'ann' } })).toBe('implicitDeny');
    expect(ask(document, { resource: of('${aws:username}') })).toBe('allowed');
  });

  test('without a value take their default, and without one an Allow does not apply', () => {
    const resource = (variable: string) => `arn:aws:execute-api:*:*:shop/*/*/users/\${${variable}}/*`;
    const withDefault = policy(allow({ Resource: resource("aws:username, 'guest'") }));
    expect(ask(withDefault, { resource: of('guest') })).toBe('allowed');
    expect(ask(policy(allow({ Resource: undefined, NotResource: own })), { resource: of('bob') })).toBe('implicitDeny');
    const Condition = { StringNotEquals: { 'app:owner': '${aws:username}' } };
    expect(ask(policy(allow({ Condition })), { context: { 'app:owner': 'bob' } })).toBe('implicitDeny');
    expect(ask(policy(allow({}), deny({ Condition })), { context: { 'app:owner': 'bob' } })).toBe('explicitDeny');
  });

  test('in conditions, and for the characters that have a meaning', () => {
    const Condition = { StringLike: { 'app:path': 'home/${aws:username}/${*}${?}${$}/*' } };
    const document = policy(allow({ Condition }));
    expect(ask(document, { context: { 'app:path': 'home/ann/*?$/x', 'aws:username': 'ann' } })).toBe('allowed');
    expect(ask(document, { context: { 'app:path': 'home/ann/ab$/x', 'aws:username': 'ann' } })).toBe('implicitDeny');
  });
});

describe('principals of resource policies', () => {
  const BOB = 'arn:aws:iam::000000000000:user/bob';
  test.each<[string, object, string | null, Verdict]>([
    ['everybody', allow({ Principal: '*' }), null, 'allowed'],
    ['everybody, written long', allow({ Principal: { AWS: '*' } }), null, 'allowed'],
    ['a user', allow({ Principal: { AWS: ANN } }), ANN, 'allowed'],
    ['one of several users', allow({ Principal: { AWS: [BOB, ANN] } }), ANN, 'allowed'],
    ['another user', allow({ Principal: { AWS: BOB } }), ANN, 'implicitDeny'],
    ['nobody in particular', allow({ Principal: { AWS: ANN } }), null, 'implicitDeny'],
    ['an account leaves it to its users', allow({ Principal: { AWS: '000000000000' } }), ANN, 'implicitDeny'],
    [
      'an account and its root',
      allow({ Principal: { AWS: '000000000000' } }),
      'arn:aws:iam::000000000000:root',
      'allowed',
    ],
    ['an account that is denied', deny({ Principal: { AWS: 'arn:aws:iam::000000000000:root' } }), ANN, 'explicitDeny'],
    ['all but one are denied: the one', deny({ NotPrincipal: { AWS: ANN } }), ANN, 'implicitDeny'],
    ['all but one are denied: another', deny({ NotPrincipal: { AWS: ANN } }), BOB, 'explicitDeny'],
    ['all but one are denied: nobody', deny({ NotPrincipal: { AWS: ANN } }), null, 'explicitDeny'],
  ])('%s', (_what, statement, principalArn, verdict) => {
    expect(ask(policy(statement), { principalArn }, 'resource')).toBe(verdict);
  });
});

describe("AWS's documented examples", () => {
  test('everything but POST on one path, for who may call an API', () => {
    const document = policy(
      allow({ Resource: 'arn:aws:execute-api:*:*:shop/*' }),
      deny({ Resource: 'arn:aws:execute-api:*:*:shop/prod/POST/orders' }),
    );
    const at = (rest: string) => ask(document, { resource: `arn:aws:execute-api:local:000000000000:shop/${rest}` });
    expect([at('prod/GET/orders'), at('prod/POST/orders'), at('dev/POST/orders')]).toEqual([
      'allowed',
      'explicitDeny',
      'allowed',
    ]);
  });

  test('a resource policy that lets in everybody but a block of addresses', () => {
    const document = policy(
      allow({ Principal: '*' }),
      deny({ Principal: '*', Condition: { IpAddress: { 'aws:SourceIp': ['192.0.2.0/24', '198.51.100.0/24'] } } }),
    );
    const from = (ip: string) => ask(document, { principalArn: null, context: { 'aws:SourceIp': ip } }, 'resource');
    expect([from('192.0.2.50'), from('198.51.100.1'), from('203.0.113.1')]).toEqual([
      'explicitDeny',
      'explicitDeny',
      'allowed',
    ]);
  });

  test('access within a time', () => {
    const Condition = {
      DateGreaterThan: { 'aws:CurrentTime': '2026-04-01T00:00:00Z' },
      DateLessThan: { 'aws:CurrentTime': '2026-06-30T23:59:59Z' },
    };
    const at = (time: string) => ask(policy(allow({ Condition })), { context: { 'aws:CurrentTime': time } });
    expect(['2026-03-31T23:59:59Z', '2026-05-01T00:00:00Z', '2026-07-01T00:00:00Z'].map(at)).toEqual([
      'implicitDeny',
      'allowed',
      'implicitDeny',
    ]);
  });

  test('users manage their own access keys and nobody else’s', () => {
    const document = policy(
      allow({
        Action: ['sluice:CreateAccessKey', 'sluice:DeleteAccessKey', 'sluice:ListAccessKeys'],
        Resource: 'arn:aws:sluice:*:*:user/${aws:username}',
      }),
    );
    const on = (user: string) =>
      ask(document, {
        action: 'sluice:CreateAccessKey',
        resource: `arn:aws:sluice:local:000000000000:user/${user}`,
        context: { 'aws:username': 'ann' },
      });
    expect([on('ann'), on('bob')]).toEqual(['allowed', 'implicitDeny']);
  });

  test('no access but from the office, also for who is allowed everything', () => {
    const everything = allow({ Action: '*' });
    const office = deny({
      Action: '*',
      Condition: { NotIpAddress: { 'aws:SourceIp': '203.0.113.0/24' }, Bool: { 'aws:ViaAWSService': 'false' } },
    });
    const from = (ip: string) =>
      ask(policy(everything, office), { context: { 'aws:SourceIp': ip, 'aws:ViaAWSService': 'false' } });
    expect([from('203.0.113.7'), from('192.0.2.7')]).toEqual(['allowed', 'explicitDeny']);
  });

  test('requests that are not encrypted are refused', () => {
    const document = policy(
      allow({ Principal: '*' }),
      deny({ Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
    );
    const over = (secure: string) =>
      ask(document, { principalArn: null, context: { 'aws:SecureTransport': secure } }, 'resource');
    expect([over('false'), over('true')]).toEqual(['explicitDeny', 'allowed']);
  });

  test('the cache may be invalidated on one path only', () => {
    const document = policy(
      allow({ Action: 'execute-api:InvalidateCache', Resource: 'arn:aws:execute-api:*:*:shop/prod/GET/pets/*' }),
    );
    const action = 'execute-api:InvalidateCache';
    expect(ask(document, { action })).toBe('allowed');
    expect(ask(document, { action, resource: ROUTE.replace('pets', 'cats') })).toBe('implicitDeny');
    expect(ask(document, { action: 'execute-api:Invoke' })).toBe('implicitDeny');
  });
});

test('a short form of a resource is compiled to what it stands for', () => {
  const document = policy(allow({ Principal: '*', Resource: 'execute-api:/prod/GET/*' })) as PolicyDocument;
  expect(policyProblems(document, 'resource')).toEqual([]);
  const set = new PolicySet([
    compilePolicy(document, {
      resourceArn: (text) => text.replace(/^execute-api:\//, 'arn:aws:execute-api:local:000000000000:shop/'),
    }),
  ]);
  const request = { action: 'execute-api:Invoke', principalArn: null, context: conditionContext({}) };
  expect(set.verdict({ ...request, resource: ROUTE })).toBe('allowed');
  expect(set.verdict({ ...request, resource: ROUTE.replace('prod', 'dev') })).toBe('implicitDeny');
});

test('says which statements of which policy decided', () => {
  const set = new PolicySet([
    compilePolicy(policy(allow({}), allow({ Sid: 'Pets', Resource: ROUTE })) as PolicyDocument, { name: 'user/ann/a' }),
    compilePolicy(policy(deny({ Sid: 'Never' })) as PolicyDocument, { name: 'group/staff/b' }),
  ]);
  const request = { action: 'execute-api:Invoke', resource: ROUTE, principalArn: ANN, context: conditionContext({}) };
  expect(set.matches(request)).toEqual([
    { policy: 'group/staff/b', sid: 'Never', statement: 0, effect: 'Deny' },
    { policy: 'user/ann/a', sid: null, statement: 0, effect: 'Allow' },
    { policy: 'user/ann/a', sid: 'Pets', statement: 1, effect: 'Allow' },
  ]);
});
