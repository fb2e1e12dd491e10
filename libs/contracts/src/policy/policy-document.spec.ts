import { z } from 'zod';
import { LIMITS } from '../limits';
import { parseInput } from '../parse-input';
import { policyDocument, policyProblems } from './policy-document';

const statement = { Effect: 'Allow', Action: 'execute-api:Invoke', Resource: '*' };
const problems = (changed: object, kind: 'identity' | 'resource' = 'identity') =>
  policyProblems({ Version: '2012-10-17', Statement: [{ ...statement, ...changed }] }, kind).map(
    ({ path, message }) => `${path.join('.')}: ${message}`,
  );

test.each<[string, object, string]>([
  ['no effect', { Effect: undefined }, 'Statement.0.Effect: must be "Allow" or "Deny"'],
  ['an effect in lower case', { Effect: 'allow' }, 'Statement.0.Effect: must be "Allow" or "Deny"'],
  ['no action', { Action: undefined }, 'Statement.0.Action: must be there, or NotAction, and not both'],
  ['both kinds of action', { NotAction: 'a:B' }, 'Statement.0.Action: must be there, or NotAction, and not both'],
  ['an action without a service', { Action: 'Invoke' }, 'Statement.0.Action: must be "*" or service:Action, such as'],
  ['one bad action of several', { Action: ['a:B', ''] }, 'Statement.0.Action.1: must be "*" or service:Action'],
  ['an empty list', { Action: [] }, 'Statement.0.Action: must have at least one value'],
  ['no resource', { Resource: undefined }, 'Statement.0.Resource: must be there, or NotResource, and not both'],
  ['a resource that is no ARN', { Resource: 'shop' }, 'Statement.0.Resource: must be "*" or an ARN, such as'],
  ['a number as resource', { Resource: 7 }, 'Statement.0.Resource: must be a string'],
  [
    'a broken variable',
    { Resource: 'arn:aws:${aws:username' },
    'Statement.0.Resource: has a "${" that begins no policy',
  ],
  ['a principal', { Principal: '*' }, 'Statement.0.Principal: has no place in a policy of a user or group'],
  ['an unknown part', { Ressource: '*' }, 'Statement.0.Ressource: is not a part of a statement: Sid, Effect'],
  ['a Sid of other characters', { Sid: 'a/b' }, 'Statement.0.Sid: must be at most 128 letters'],
  [
    'an unknown operator',
    { Condition: { StringIs: {} } },
    'Statement.0.Condition.StringIs: is not a condition operator',
  ],
  [
    'NullIfExists',
    { Condition: { NullIfExists: {} } },
    'Statement.0.Condition.NullIfExists: is not a condition operator',
  ],
  ['a member of Object', { Condition: { constructor: {} } }, 'Statement.0.Condition.constructor: is not a condition'],
  [
    'a condition key without a prefix',
    { Condition: { Bool: { SecureTransport: true } } },
    'Statement.0.Condition.Bool.SecureTransport: must be a condition key such as',
  ],
  [
    'a block that is none',
    { Condition: { IpAddress: { 'aws:SourceIp': ['10.0.0.0/8', '10.0.0.0/33'] } } },
    'Statement.0.Condition.IpAddress.aws:SourceIp.1: must be an IP address or a CIDR block',
  ],
  [
    'a date that is none',
    { Condition: { DateLessThan: { 'aws:CurrentTime': '2026-13-01' } } },
    'Statement.0.Condition.DateLessThan.aws:CurrentTime: must be a date such as',
  ],
  [
    'a number that is none',
    { Condition: { NumericEquals: { 'app:n': 'ten' } } },
    'Statement.0.Condition.NumericEquals.app:n: must be a number',
  ],
  [
    'a boolean that is none',
    { Condition: { Bool: { 'aws:SecureTransport': 'yes' } } },
    'Statement.0.Condition.Bool.aws:SecureTransport: must be "true" or "false"',
  ],
  [
    'an ARN that is none',
    { Condition: { ArnLike: { 'aws:PrincipalArn': 'user/ann' } } },
    'Statement.0.Condition.ArnLike.aws:PrincipalArn: must be an ARN of six parts',
  ],
])('%s is refused, saying where and what', (_what, changed, expected) => {
  expect(problems(changed)).toEqual([expect.stringContaining(expected)]);
});

test.each<[string, object, string]>([
  ['no principal', {}, 'Statement.0.Principal: must be there, or NotPrincipal, and not both'],
  ['a group', { Principal: { AWS: 'arn:aws:iam::000000000000:group/a' } }, 'a group cannot be a principal'],
  ['a pattern of users', { Principal: { AWS: 'arn:aws:iam::000000000000:user/*' } }, 'must be "*", an account id, or'],
  [
    'a service',
    { Principal: { Service: 'x' } },
    'Statement.0.Principal.Service: is not a kind of principal there is here',
  ],
  ['everybody but one allowed', { NotPrincipal: '*' }, 'Statement.0.NotPrincipal: goes with "Effect": "Deny" only'],
])('a resource policy with %s is refused', (_what, changed, expected) => {
  expect(problems(changed, 'resource')).toEqual([expect.stringContaining(expected)]);
});

test('two statements of one document have two Sids', () => {
  const [named, unnamed] = [{ ...statement, Sid: 'Pets' }, statement];
  expect(policyProblems({ Statement: [named, unnamed, { ...named, Sid: 'Toys' }] }, 'identity', 'kept')).toEqual([]);
  const repeated = { Statement: [named, unnamed, unnamed, named] };
  expect(policyProblems(repeated, 'identity', 'kept')).toEqual([
    { path: ['Statement', 3, 'Sid'], message: 'is the Sid of another statement: each names one' },
  ]);
  expect(policyProblems(repeated, 'identity', 'once')).toEqual([]);
});

test.each([
  ['a%3ab', true],
  ['a%aF', true],
  ['%?f', true],
  ['a%3Ab', false],
  ['50%*', false],
  ['%??/%2*', false],
])('a path with %j in a document that is kept is refused: %j', (path, refused) => {
  const document = { Statement: { ...statement, Resource: `arn:aws:execute-api:*:*:shop/*/GET/${path}` } };
  const message = expect.stringContaining('must have escapes in capitals') as string;
  expect(policyProblems(document, 'identity', 'kept')).toEqual(
    refused ? [{ path: ['Statement', 'Resource'], message }] : [],
  );
  expect(policyProblems(document, 'identity', 'once')).toEqual([]);
});

test('every problem is named at once', () => {
  expect(problems({ Effect: 'x', Action: 'y', Resource: 'z' })).toHaveLength(3);
});

test.each([
  [null, 'must be a policy document'],
  ['{}', 'must be a policy document'],
  [{}, 'must be a statement'],
  [{ Statement: [] }, 'must have at least one statement'],
  [{ Version: '2012-10-18', Statement: statement }, 'must be "2012-10-17"'],
  [{ Statement: { ...statement, Resource: `arn:${'x'.repeat(2_048)}` } }, 'is over 2048 characters'],
  [{ Statement: new Array(300).fill(statement), Id: 'x'.repeat(LIMITS.policyBytesMax) }, 'characters of JSON'],
])('%j is no document', (input, expected) => {
  expect(policyProblems(input, 'identity')).toEqual([
    expect.objectContaining({ message: expect.stringContaining(expected) as string }),
  ]);
});

test('as part of a larger input, problems have their full path', () => {
  const schema = z.strictObject({ policy: policyDocument('identity').optional() });
  expect(parseInput(schema, { policy: { Statement: statement } }, 'It')).toEqual({ policy: { Statement: statement } });
  expect(parseInput(schema, {}, 'It')).toEqual({});
  expect(() => parseInput(schema, { policy: { Statement: { ...statement, Effect: 1 } } }, 'It')).toThrow(
    'It is not valid: policy.Statement.Effect must be "Allow" or "Deny".',
  );
});
