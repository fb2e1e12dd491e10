import { E2ePlatform, type Answer } from './index';

/** Answers the event it was given. */
const ECHO = `export const handler = async (event: any) => ({ statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(event) });`;
/** Answers what the request's body says, evaluated: the table below is the handler. */
const ANSWER = `export const handler = async (event: any) => new Function('return (' + event.body + ')')();`;

describe('events and answers in AWS formats', () => {
  let platform: E2ePlatform;
  beforeAll(async () => {
    platform = await E2ePlatform.start();
    await platform.deploy('echo', ECHO);
    const routes = [
      { route: 'ANY /items/{id}/{rest+}', function: 'echo' },
      { route: 'GET /plain', function: 'echo' },
    ];
    await platform.controlPlane.putApi('v2', routes, 'http');
    await platform.controlPlane.putApi('v1', routes, 'rest');
    await platform.controlPlane.putApi(
      'v1-http',
      [{ route: 'GET /plain', function: 'echo', payloadFormat: '1.0' }],
      'http',
    );
    await platform.deploy('answer', ANSWER, { url: 'NONE' });
    await platform.controlPlane.putApi('answer-rest', [{ route: 'POST /', function: 'answer' }], 'rest');
    await platform.controlPlane.putApi('answer-http', [{ route: 'POST /', function: 'answer' }], 'http');
  }, 60_000);
  afterAll(() => platform.stop());

  const REQUEST = {
    method: 'POST',
    headers: { 'X-Twice': ['1', '2'], Cookie: 'a=1; b=2', 'Content-Type': 'text/plain', 'User-Agent': 'e2e' },
    body: 'grüß',
  };

  test('2.0, the default of HTTP APIs', async () => {
    const { json } = await platform.call('/v2/items/a%20b/c/d?x=1&y=2&x=3&e=%C3%BC', REQUEST);
    expect(json).toMatchObject({
      version: '2.0',
      routeKey: 'ANY /items/{id}/{rest+}',
      rawQueryString: 'x=1&y=2&x=3&e=%C3%BC',
      cookies: ['a=1', 'b=2'],
      headers: {
        'x-twice': '1,2',
        'content-type': 'text/plain',
        'user-agent': 'e2e',
        'x-forwarded-prefix': '/v2',
        'x-forwarded-for': '127.0.0.1',
      },
      queryStringParameters: { x: '1,3', y: '2', e: 'ü' },
      pathParameters: { id: 'a b', rest: 'c/d' },
      requestContext: {
        http: { method: 'POST', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: 'e2e' },
        requestId: expect.stringMatching(/.+/) as unknown,
        routeKey: 'ANY /items/{id}/{rest+}',
        stage: '$default',
        time: expect.stringMatching(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/) as unknown,
        timeEpoch: expect.any(Number) as unknown,
      },
      body: 'grüß',
      isBase64Encoded: false,
    });
    expect((json as { headers: object }).headers).not.toHaveProperty('cookie');
  });

  test('2.0 leaves out what is empty', async () => {
    const { json } = await platform.call('/v2/plain');
    for (const key of ['cookies', 'queryStringParameters', 'pathParameters', 'body', 'stageVariables'])
      expect(json).not.toHaveProperty(key);
  });

  test('1.0, the default of REST APIs', async () => {
    const { json } = await platform.call('/v1/items/a%20b/c/d?x=1&y=2&x=3', REQUEST);
    expect(json).toMatchObject({
      resource: '/items/{id}/{rest+}',
      httpMethod: 'POST',
      headers: { 'X-Twice': '2', 'User-Agent': 'e2e', Cookie: 'a=1; b=2' },
      multiValueHeaders: { 'X-Twice': ['1', '2'] },
      queryStringParameters: { x: '3', y: '2' },
      multiValueQueryStringParameters: { x: ['1', '3'], y: ['2'] },
      pathParameters: { id: 'a b', rest: 'c/d' },
      stageVariables: null,
      requestContext: {
        httpMethod: 'POST',
        identity: { sourceIp: '127.0.0.1', userAgent: 'e2e', accessKey: null },
        requestId: expect.stringMatching(/.+/) as unknown,
        resourcePath: '/items/{id}/{rest+}',
        requestTimeEpoch: expect.any(Number) as unknown,
      },
      body: 'grüß',
      isBase64Encoded: false,
    });
    expect(json).not.toHaveProperty('version');
  });

  test('1.0 says null where there is nothing, and its version on HTTP APIs', async () => {
    expect((await platform.call('/v1/plain')).json).toMatchObject({
      path: '/plain',
      queryStringParameters: null,
      multiValueQueryStringParameters: null,
      pathParameters: null,
      body: null,
    });
    expect((await platform.call('/v1-http/plain')).json).toMatchObject({ version: '1.0' });
  });

  test('a body that is no text arrives as base64', async () => {
    const bytes = Buffer.from([0, 255, 254, 13, 10]);
    const { json } = await platform.call('/v2/items/1/2', {
      method: 'PUT',
      headers: { 'content-type': 'application/octet-stream' },
      body: bytes,
    });
    expect(json).toMatchObject({ body: bytes.toString('base64'), isBase64Encoded: true });
  });

  test('a query parameter called __proto__ is only a name', async () => {
    const { json } = await platform.call('/v2/plain?__proto__=x&constructor=y');
    const query = (json as { queryStringParameters: object }).queryStringParameters;
    expect(Object.entries(query)).toEqual(
      expect.arrayContaining([
        ['__proto__', 'x'],
        ['constructor', 'y'],
      ]),
    );
  });

  const answerOf = (path: string, expression: string): Promise<Answer> =>
    platform.call(path, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: expression });

  test.each([
    ['only a status', '{ statusCode: 200 }', 200, ''],
    ['only headers', '{ headers: { "x-a": "1" } }', 200, ''],
    ['a numeric string as status', '{ statusCode: "201", body: "made" }', 201, 'made'],
    ['null headers', '{ statusCode: 200, headers: null, body: "ok" }', 200, 'ok'],
    ['base64 without binaryMediaTypes', '{ statusCode: 200, body: "aGk=", isBase64Encoded: true }', 200, 'aGk='],
    ['an unknown key', '{ statusCode: 200, wrong: 1 }', 502, '{"message":"Internal server error"}'],
    ['an empty object', '{}', 502, '{"message":"Internal server error"}'],
    ['a bare string', '"text"', 502, '{"message":"Internal server error"}'],
    ['nothing', 'undefined', 502, '{"message":"Internal server error"}'],
    [
      'multiValueHeaders that are no lists',
      '{ statusCode: 200, multiValueHeaders: { a: "v" } }',
      502,
      '{"message":"Internal server error"}',
    ],
    ['a status that is no number', '{ statusCode: "abc" }', 502, '{"message":"Internal server error"}'],
    ['a body that is no string', '{ statusCode: 200, body: { a: 1 } }', 502, '{"message":"Internal server error"}'],
  ])('REST: %s', async (_what, expression, status, body) => {
    const answer = await answerOf('/answer-rest/', expression);
    expect([answer.status, answer.text]).toEqual([status, body]);
    expect(answer.headers['content-type']).toBe('application/json');
  });

  test('REST: a header in both maps has all its values, those of multiValueHeaders first', async () => {
    const { rawHeaders } = await answerOf(
      '/answer-rest/',
      '{ statusCode: 200, headers: { "x-multi": "c", "x-bool": true }, multiValueHeaders: { "X-Multi": ["a", "b"] } }',
    );
    const values = rawHeaders.filter((_, index) => rawHeaders[index - 1] === 'X-Multi').join(',');
    expect(values.replaceAll(' ', '')).toBe('a,b,c');
    expect(rawHeaders[rawHeaders.indexOf('x-bool') + 1]).toBe('true');
  });

  test.each([
    ['an object', '{ a: 1 }', '{"a":1}'],
    ['a list', '[1, "b"]', '[1,"b"]'],
    ['a number', '7', '7'],
    ['a boolean', 'false', 'false'],
    ['a string, without quotes', '"hello"', 'hello'],
    ['nothing', 'undefined', 'null'],
  ])('HTTP and function URL infer an answer from %s', async (_what, expression, body) => {
    for (const path of ['/answer-http/', '/functions/answer/']) {
      const answer = await answerOf(path, expression);
      expect([path, answer.status, answer.headers['content-type'], answer.text]).toEqual([
        path,
        200,
        'application/json',
        body,
      ]);
    }
  });

  test('HTTP: base64 is decoded, cookies become Set-Cookie headers', async () => {
    const answer = await answerOf(
      '/answer-http/',
      '{ statusCode: 200, headers: { "content-type": "image/x" }, cookies: ["a=1", "b=2; Path=/"], body: "AP8=", isBase64Encoded: true }',
    );
    expect(answer.bytes).toEqual(Buffer.from([0, 255]));
    expect(
      answer.rawHeaders.filter((_, index) => answer.rawHeaders[index - 1]?.toLowerCase() === 'set-cookie'),
    ).toEqual(['a=1', 'b=2; Path=/']);
  });

  test.each([204, 304])('a %s has no body, whatever the function says', async (status) => {
    const answer = await answerOf('/answer-http/', `{ statusCode: ${status}, body: "AAAA" }`);
    expect([answer.status, answer.text]).toEqual([status, '']);
  });
});
