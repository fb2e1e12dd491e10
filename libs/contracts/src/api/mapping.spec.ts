import { parseApiDefinition } from './api-definition';
import { parseMappingTemplate } from './mapping-expression';
import { parseRequestTarget, parseResponseTarget } from './mapping-target';

const proxy = (settings: object): unknown => ({
  routes: [{ route: 'GET /a/{id}', integration: { type: 'http-proxy', url: 'http://up/', ...settings } }],
});

function problem(input: unknown): string {
  try {
    parseApiDefinition(input);
  } catch (error) {
    const { details } = error as { details: { path: string; message: string }[] };
    return details
      .map(({ path, message }) => `${path.replace('routes[0] (GET /a/{id}).integration.', '')}: ${message}`)
      .join('\n');
  }
  return 'accepted';
}

describe('an expression of a mapping', () => {
  it.each([
    ['$request.header.X-Id', { from: 'request.header', name: 'x-id' }],
    ['$request.querystring.a.b', { from: 'request.querystring', name: 'a.b' }],
    ['$request.path', { from: 'request.path', name: null }],
    ['$request.path.id', { from: 'request.path', name: 'id' }],
    ['$request.body', { from: 'request.body', place: [] }],
    ["$request.body.items[0]['the id'].x", { from: 'request.body', place: ['items', 0, 'the id', 'x'] }],
    ['$context.identity.sourceIp', { from: 'context', name: 'identity.sourceIp' }],
    ['$context.authorizer.claims.sub', { from: 'context', name: 'authorizer.claims.sub' }],
    ['$stageVariables.host', { from: 'stageVariables', name: 'host' }],
  ])('%s names one thing', (text, source) => {
    expect(parseMappingTemplate(text, 'request')).toEqual([source]);
  });

  it('may stand within a text', () => {
    expect(parseMappingTemplate('v1-${request.path.id}/${context.stage}', 'request')).toEqual([
      'v1-',
      { from: 'request.path', name: 'id' },
      '/',
      { from: 'context', name: 'stage' },
    ]);
    expect(parseMappingTemplate('$5.00', 'request')).toEqual(['$5.00']);
  });

  it.each([
    '$request.headers.x',
    '$request.body.items[*]',
    '$request.header.',
    '$context.nothing',
    '$stageVariables.a-b',
    '$response.header.x',
    '$requst.header.x',
    '${request.nothing}',
    '${}',
  ])('%s is refused with the forms there are', (text) => {
    expect(() => parseMappingTemplate(text, 'request')).toThrow(/there are|no place in a body/);
  });

  it('may name the response once there is one', () => {
    expect(parseMappingTemplate('$response.body.a', 'response')).toEqual([{ from: 'response.body', place: ['a'] }]);
  });
});

describe('the key of a mapping', () => {
  it.each([
    'Authorization',
    'x-amz-date',
    'X-Amzn-Trace-Id',
    'x-forwarded-for',
    'connection',
    'content-length',
    'via',
    'x-sluice-error',
    'access-control-allow-origin',
  ])('cannot name the reserved header %s', (name) => {
    for (const parse of [parseRequestTarget, parseResponseTarget])
      expect(() => parse(`overwrite:header.${name}`)).toThrow('reserved');
  });

  it('acts on headers, query and path of a request, and on headers and status of a response', () => {
    expect(parseRequestTarget('append:header.X-A')).toEqual({ action: 'append', on: 'header', name: 'x-a' });
    expect(parseRequestTarget('remove:querystring.B')).toEqual({ action: 'remove', on: 'querystring', name: 'B' });
    expect(parseRequestTarget('overwrite:path')).toEqual({ action: 'overwrite', on: 'path' });
    expect(parseResponseTarget('overwrite:statuscode')).toEqual({ action: 'overwrite', on: 'statuscode' });
    expect(() => parseResponseTarget('append:querystring.b')).toThrow('overwrite:statuscode');
    expect(() => parseRequestTarget('append:path')).toThrow('overwrite:path');
  });
});

describe('a definition with a mapping or a template that cannot work is refused at its place', () => {
  it.each([
    [
      { requestParameters: { 'overwrite:header.host:': 'x' } },
      /requestParameters\.overwrite:header\.host:: "host:" is no header name/,
    ],
    [
      { requestParameters: { 'append:header.x': '$request.heder.y' } },
      /requestParameters\.append:header\.x: "\$request\.heder\.y" is no expression/,
    ],
    [{ requestParameters: { 'remove:header.x': 'y' } }, /its value must be ""/],
    [
      { responseParameters: { '200': { 'overwrite:statuscode': '99' } } },
      /responseParameters\.200\.overwrite:statuscode: must be a status/,
    ],
    [{ responseParameters: { '1xx': {} } }, /must be a status such as/],
    [
      { requestBody: { a: [{ b: '$response.body.x' }] } },
      /requestBody: a\[0\]\.b: "\$response\.body\.x" is no expression/,
    ],
    [{ url: 'ftp://up/' }, /url: must begin with http/],
    [{ url: 'http://{host}/' }, /url: must begin with http/],
    [{ url: 'http://user:secret@up/' }, /url: must begin with http/],
    [{ url: 'http://up/{a b}' }, /percent-encoded/],
    [{ url: 'http://up/{a' }, /belongs to no path variable/],
    [{ url: 'http://up/#x' }, /may not have a "#"/],
    [{ type: 'redirect', url: undefined, location: '//evil.example' }, /location: must be a path/],
    [{ type: 'redirect', url: undefined, location: 'javascript:alert(1)' }, /location: must be a path/],
    [{ type: 'mock', url: undefined, headers: { 'content-length': '1' } }, /the name is none that a mock may set/],
    [{ type: 'mock', url: undefined, headers: { 'x-a': 'a\r\nb' } }, /a header cannot carry/],
  ])('%j', (settings, message) => {
    expect(problem(proxy(settings))).toMatch(message);
  });

  it.each([
    { url: 'https://${stageVariables.host}:8443/{proxy}' },
    { url: '${stageVariables.base}/x/{id}?a=b' },
    { url: 'http://[::1]:8080' },
    { url: 'http://up/', requestBody: { id: '$request.path.id', list: [1, null, '$request.body.a[0]'] } },
  ])('but %j is fine', (settings) => {
    expect(problem(proxy(settings))).toBe('accepted');
  });
});

describe('CORS settings', () => {
  const cors = (settings: object): string => problem({ routes: [], cors: settings });

  it.each([
    [{ allowOrigins: ['https://a.example/'] }, /origin in lower case without a path/],
    [{ allowOrigins: ['*'], allowCredentials: true }, /list the origins/],
    [{ allowOrigins: ['https://*'], allowCredentials: true }, /list the origins/],
    [{ allowOrigins: ['https://a.example'], exposeHeaders: ['*'], allowCredentials: true }, /list the headers/],
    [{ allowOrigins: ['null'] }, /origin in lower case/],
    [{ allowOrigins: ['*'], maxAgeSeconds: 86_401 }, /cors\.maxAgeSeconds/],
  ])('%j are refused', (settings, message) => {
    expect(cors(settings)).toMatch(message);
  });

  it('take origins, wildcards and ports', () => {
    expect(
      cors({
        allowOrigins: ['http://localhost:5173', 'https://*.example.com', 'https://a.example'],
        allowCredentials: true,
      }),
    ).toBe('accepted');
  });
});
