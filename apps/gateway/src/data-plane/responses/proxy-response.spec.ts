import { parseProxyResponse } from './proxy-response';

const rest = (value: unknown) => parseProxyResponse(JSON.stringify(value) ?? 'null', '1.0', 'rest');
const http = (value: unknown) => parseProxyResponse(JSON.stringify(value) ?? 'null', '2.0', 'http');

describe('payload format 1.0, as recorded on AWS', () => {
  it.each([
    ['only a status', { statusCode: 200 }, 200, ''],
    ['only headers', { headers: { a: 'b' } }, 200, ''],
    ['a numeric string as status', { statusCode: '201', body: 'x' }, 201, 'x'],
    ['headers null', { statusCode: 200, headers: null, body: 'x' }, 200, 'x'],
    ['body null', { statusCode: 200, body: null }, 200, ''],
  ])('%s is an answer', (_name, value, status, body) => {
    expect(rest(value)).toMatchObject({ status, body });
  });

  it.each([
    ['an unknown key', { statusCode: 200, wrongValue: 'v' }],
    ['an empty object', {}],
    ['a bare string', 'justAString'],
    ['null', null],
    ['a list', []],
    ['a number', 7],
    ['multiValueHeaders that are no lists', { statusCode: 200, multiValueHeaders: { a: 'v' } }],
    ['a status that is no number', { statusCode: 'test' }],
    ['a body that is no string', { statusCode: 200, body: 5 }],
    ['a header value that is an object', { statusCode: 200, headers: { a: { b: 1 } } }],
    ['headers that are a list', { statusCode: 200, headers: ['a'] }],
    ['headers that are a string', { statusCode: 200, headers: 'a: b' }],
  ])('%s is malformed', (_name, value) => {
    expect(rest(value)).toBeNull();
  });

  it.each([100, 101, 103, 199, 99, 600, 1000, 0, -1, 200.7, 'abc', '1e3', null, 1e9])(
    'status %p is malformed: it would hang or break a client',
    (statusCode) => {
      expect(rest({ statusCode, body: 'AAAA' })).toBeNull();
    },
  );

  it('has application/json when the function names no type', () => {
    expect(rest({ statusCode: 200, body: '{}' })?.headers).toEqual(['content-type', 'application/json']);
  });

  it('joins a header of both maps, multi-value first and in its casing', () => {
    const answer = rest({
      headers: { 'x-both': 'single' },
      multiValueHeaders: { 'X-Both': ['one', 'two'], 'content-type': ['text/plain'] },
    });
    expect(answer?.headers).toEqual([
      'X-Both',
      'one',
      'X-Both',
      'two',
      'content-type',
      'text/plain',
      'X-Both',
      'single',
    ]);
  });

  it('writes booleans and numbers as text', () => {
    expect(rest({ headers: { a: true, b: 600, 'content-type': 'x/y' } })?.headers).toEqual([
      'a',
      'true',
      'b',
      '600',
      'content-type',
      'x/y',
    ]);
  });

  it('keeps base64 as text on a rest API without binary media types, and decodes it elsewhere', () => {
    const value = { statusCode: 200, body: 'AAEC', isBase64Encoded: true };
    expect(rest(value)?.body).toBe('AAEC');
    expect(http(value)?.body).toEqual(Buffer.from([0, 1, 2]));
  });

  it.each(['AAEC', 'AAE', 'AA==', '__-_', 'AA\r\nEC\r\n', '', 'A'])('takes %j for base64', (body) => {
    expect(http({ statusCode: 200, body, isBase64Encoded: true })?.body).toEqual(Buffer.from(body, 'base64'));
  });

  it.each(['!!!', 'AA{}', '<html>', 'AAEC\0'])('refuses %j as base64: less than that would be sent', (body) => {
    expect(http({ statusCode: 200, body, isBase64Encoded: true })).toBeNull();
  });
});

describe('payload format 2.0', () => {
  it.each([
    ['an object', { a: 1 }, '{"a":1}'],
    ['a list', [1, 2], '[1,2]'],
    ['a number', 7, '7'],
    ['a boolean', false, 'false'],
    ['null', null, 'null'],
    ['a string, without quotes', 'hello', 'hello'],
  ])('%s without statusCode is the body of a 200', (_name, value, body) => {
    expect(http(value)).toEqual({ status: 200, headers: ['content-type', 'application/json'], body });
  });

  it('sends each cookie as its own header', () => {
    expect(http({ statusCode: 204, cookies: ['a=1; Path=/', 'b=2'] })?.headers).toEqual([
      'set-cookie',
      'a=1; Path=/',
      'set-cookie',
      'b=2',
    ]);
  });

  it('says text/plain on http APIs and application/json on function URLs when the function names no type', () => {
    expect(http({ statusCode: 200, body: 'x' })?.headers).toEqual(['content-type', 'text/plain; charset=utf-8']);
    expect(parseProxyResponse('{"statusCode":200}', '2.0', 'function-url')?.headers).toEqual([
      'content-type',
      'application/json',
    ]);
  });
});

describe('what a function says about framing', () => {
  const framing = {
    'Content-Length': '0',
    'transfer-encoding': 'chunked',
    connection: 'close',
    'Keep-Alive': '1',
    upgrade: 'x',
    trailer: 'y',
    te: 'z',
    'content-type': 'a/b',
  };

  it('is never written as it is', () => {
    expect(http({ statusCode: 200, headers: framing })?.headers).toEqual(['content-type', 'a/b']);
  });

  it('and about what only the gateway can say is dropped', () => {
    const headers = {
      'X-Sluice-Error': 'x',
      'x-sluice-reason': 'y',
      'X-Amzn-RequestId': 'z',
      'apigw-requestid': 'z',
      'x-amz-apigw-id': 'z',
      'content-type': 'a/b',
    };
    for (const answer of [http({ statusCode: 200, headers }), rest({ statusCode: 200, headers })])
      expect(answer?.headers).toEqual(['content-type', 'a/b']);
  });

  it('is handed on under another name on rest APIs', () => {
    expect(rest({ statusCode: 200, headers: framing })?.headers).toEqual([
      'x-amzn-Remapped-Content-Length',
      '0',
      'x-amzn-Remapped-connection',
      'close',
      'content-type',
      'a/b',
    ]);
  });

  it.each([
    ['a line break in a value', { a: 'b\r\nset-cookie: x' }],
    ['a NUL in a value', { a: 'b\0' }],
    ['a character outside Latin-1', { a: '☃' }],
    ['a space in a name', { 'a b': 'c' }],
    ['a line break in a name', { 'a\n': 'c' }],
    ['an empty name', { '': 'c' }],
  ])('%s is malformed', (_name, headers) => {
    expect(http({ statusCode: 200, headers })).toBeNull();
  });

  it('is bounded: 101 headers or more than 10,240 bytes are malformed', () => {
    const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, index) => [`h${index}`, 'v']));
    expect(http({ statusCode: 204, headers: many(100) })).not.toBeNull();
    expect(http({ statusCode: 204, headers: many(101) })).toBeNull();
    expect(http({ statusCode: 204, headers: { h: 'v'.repeat(10_239) } })).not.toBeNull();
    expect(http({ statusCode: 204, headers: { h: 'v'.repeat(10_240) } })).toBeNull();
  });

  it('cannot pollute: __proto__ is a name like any other', () => {
    const answer = parseProxyResponse('{"statusCode":200,"headers":{"__proto__":"x"}}', '2.0', 'http');
    expect(answer?.headers).toEqual(['__proto__', 'x', 'content-type', 'text/plain; charset=utf-8']);
  });
});
