import { SluiceError } from '../sluice-error';
import { parseApiDefinition } from './api-definition';

const define = (authorizer: object) => parseApiDefinition({ routes: [], authorizers: { a: authorizer } });

const problemsOf = (authorizer: object): string[] => {
  try {
    define(authorizer);
  } catch (error) {
    const { details = [] } = error as SluiceError;
    return details.map((detail) => ('path' in detail ? `${detail.path}: ${detail.message}` : ''));
  }
  return [];
};

describe('a function authorizer', () => {
  it('is AWS’s default where nothing is said', () => {
    expect(define({ type: 'function', function: 'f' }).authorizers?.['a']).toEqual({
      type: 'function',
      function: 'f',
      event: 'REQUEST-2.0',
      identitySources: ['$request.header.Authorization'],
      simpleResponses: false,
      resultTtlSeconds: 300,
      timeoutMs: 10_000,
    });
  });

  it.each([
    '$request.header.X-Tenant',
    '$request.querystring.token',
    '$context.routeKey',
    '$context.identity.sourceIp',
    '$stageVariables.realm',
  ])('may take %s as an identity source', (source) => {
    expect(problemsOf({ type: 'function', function: 'f', identitySources: [source] })).toEqual([]);
  });

  it.each([
    [{ identitySources: ['$request.path.id'] }, /identitySources\[0\].*must be \$request\.header\.NAME/],
    [{ identitySources: ['$context.requestId'] }, /one of apiId, domainName/],
    [{ identitySources: ['$request.header.a b'] }, /identitySources\[0\]/],
    [{ event: 'TOKEN', identitySources: ['$request.querystring.t'] }, /must be one header where "event" is "TOKEN"/],
    [{ event: 'TOKEN', identitySources: [] }, /must be one header/],
    [{ identityValidationExpression: '.*' }, /goes with "event": "TOKEN" only/],
    [{ event: 'REQUEST-1.0', simpleResponses: true }, /goes with "event": "REQUEST-2.0" only/],
    [{ resultTtlSeconds: 3_601 }, /resultTtlSeconds/],
    [{ timeoutMs: 10_001 }, /timeoutMs/],
    [{ payload: 'TOKEN' }, /payload/],
  ])('with %j says what is wrong, and where', (settings, problem) => {
    expect(problemsOf({ type: 'function', function: 'f', ...settings }).join('\n')).toMatch(problem);
  });
});

describe('a JWT authorizer', () => {
  const jwt = { type: 'jwt', issuer: 'https://issuer.example/', audience: ['me'] };

  it('takes what is left out from the issuer', () => {
    expect(define(jwt).authorizers?.['a']).toEqual({
      ...jwt,
      identitySource: '$request.header.Authorization',
      clockSkewSeconds: 60,
    });
  });

  it.each([
    [{ issuer: 'issuer.example' }, /issuer: must be an http\(s\) URL/],
    [{ issuer: 'ftp://issuer.example' }, /issuer/],
    [{ audience: [] }, /audience/],
    [{ audience: Array.from({ length: 51 }, String) }, /audience/],
    [{ algorithms: ['none'] }, /algorithms/],
    [{ algorithms: ['HS256'] }, /algorithms/],
    [{ identitySource: '$context.path' }, /identitySource/],
    [{ clockSkewSeconds: 301 }, /clockSkewSeconds/],
  ])('with %j says what is wrong, and where', (settings, problem) => {
    expect(problemsOf({ ...jwt, ...settings }).join('\n')).toMatch(problem);
  });
});

it('a scope that could break a header is refused', () => {
  const route = { route: 'GET /', integration: { type: 'function', function: 'f' } };
  const define = (scope: string) => () =>
    parseApiDefinition({ routes: [{ ...route, authorization: { authorizer: 'a', scopes: [scope] } }] });
  expect(define('read:pets')).not.toThrow();
  expect(define('a"\r\nx: y')).toThrow(SluiceError);
});
