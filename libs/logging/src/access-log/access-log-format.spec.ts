import { compileLineFormat, formatTemplate, isJsonTemplate, variablesOf, type Variable } from './access-log-format';

type Entry = Readonly<Record<string, string | number>>;
const FIXED = new Set(['requestTime']);
const find = (name: string): Variable<Entry> | undefined =>
  name === 'unknown' ? undefined : { read: (entry) => entry[name] ?? '', fixedForm: FIXED.has(name) };
const line = (format: string, entry: Entry): string => compileLineFormat(formatTemplate(format), find)(entry);

const request: Entry = {
  requestId: 'r-1',
  extendedRequestId: 'r-1',
  'identity.sourceIp': '203.0.113.7',
  'identity.user': 'ann',
  requestTime: '22/Nov/2026:12:00:00 +0000',
  httpMethod: 'GET',
  resourcePath: '/pets/{id}',
  protocol: 'HTTP/1.1',
  status: 200,
  responseLength: 17,
};

test('the preset "clf" is the Common Log Format as AWS writes it', () => {
  expect(line('clf', request)).toBe(
    '203.0.113.7 - ann [22/Nov/2026:12:00:00 +0000] "GET /pets/{id} HTTP/1.1" 200 17 r-1 r-1',
  );
});

test('the preset "json" is one JSON object', () => {
  expect(JSON.parse(line('json', request))).toEqual({
    requestId: 'r-1',
    extendedRequestId: 'r-1',
    ip: '203.0.113.7',
    caller: '-',
    user: 'ann',
    requestTime: '22/Nov/2026:12:00:00 +0000',
    httpMethod: 'GET',
    resourcePath: '/pets/{id}',
    status: '200',
    protocol: 'HTTP/1.1',
    responseLength: '17',
  });
});

test('in a JSON template a variable without quotes is a number, a string or null', () => {
  const template = '{"id":"$context.requestId","status":$context.status,"user":$context.user,"path":$context.path}';
  expect(isJsonTemplate(template)).toBe(true);
  expect(JSON.parse(line(template, { requestId: 'r', status: 404, path: '/a b"' }))).toEqual({
    id: 'r',
    status: 404,
    user: null,
    path: '/a b"',
  });
});

const hostile = [
  '"} injected {"',
  'a\nGET /forged 200',
  'back\\slash\\',
  '\u202egnp.exe',
  '\u2028',
  'tab\there',
  '\u001b[31m',
  '\u0085',
];

test.each(hostile)('%j stays inside its quotes in JSON', (text) => {
  const template = '{"agent":"$context.agent","next":"$context.next"}';
  expect(JSON.parse(line(template, { agent: text, next: 'kept' }))).toEqual({ agent: text, next: 'kept' });
});

test.each(hostile)('%j is one field of one line of text', (text) => {
  const written = line('$context.a "$context.b" $context.c', { a: `${text} x`, b: `${text} x`, c: 'end' });
  expect(written.split('\n')).toHaveLength(1);
  expect(written).not.toMatch(/[\p{Cc}\u2028-\u202e]/u);
  expect(/^\S+ "(?:[^"\\]|\\.)*" end$/.test(written)).toBe(true);
});

test('names of variables are found wherever they stand, and what follows a name is not part of it', () => {
  expect(
    variablesOf('$context.requestId. $context.authorizer.claims.sub,$context.requestId $$context.path$context'),
  ).toEqual(['requestId', 'authorizer.claims.sub', 'path']);
});

test('a variable that is not known, or has no value, is a dash', () => {
  expect(line('$context.unknown $context.user', {})).toBe('- -');
});
