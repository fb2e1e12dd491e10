import { type Routed } from '../request-context';
import { readHeaders } from '../request-headers';
import { compileIdentitySource } from './identity-source';

/** What identity sources are read from; the rest of a routed request plays no part. */
const request = {
  headers: readHeaders([
    'Host',
    'api.example.com:8080',
    'X-One',
    'a',
    'x-one',
    'b',
    'X-Empty',
    '',
    'User-Agent',
    'curl',
  ]),
  rawQuery: 'q=1&q=x%20y&empty=&flag&__proto__=z',
  method: 'GET',
  routedPath: '/pets/7',
  stagePath: '/prod',
  sourceIp: '203.0.113.9',
  route: { apiName: 'shop', routeKey: 'GET /pets/{id}', stage: { name: 'prod', variables: { realm: 'eu', none: '' } } },
} as unknown as Routed;

describe('identity sources', () => {
  it.each([
    ['$request.header.x-one', ['a', 'b']],
    ['$request.header.X-ONE', ['a', 'b']],
    ['$request.header.x-empty', []],
    ['$request.header.x-absent', []],
    ['$request.header.__proto__', []],
    ['$request.querystring.q', ['1', 'x y']],
    ['$request.querystring.Q', []],
    ['$request.querystring.empty', []],
    ['$request.querystring.flag', []],
    ['$request.querystring.__proto__', ['z']],
    ['$stageVariables.realm', ['eu']],
    ['$stageVariables.none', []],
    ['$stageVariables.constructor', []],
    ['$context.apiId', ['shop']],
    ['$context.domainName', ['api.example.com']],
    ['$context.httpMethod', ['GET']],
    ['$context.identity.sourceIp', ['203.0.113.9']],
    ['$context.identity.userAgent', ['curl']],
    ['$context.path', ['/prod/pets/7']],
    ['$context.routeKey', ['GET /pets/{id}']],
    ['$context.stage', ['prod']],
  ])('%s is %j', (source, values) => {
    expect(compileIdentitySource(source)(request)).toEqual(values);
  });
});
