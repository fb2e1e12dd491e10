import { startTestRedis, type TestRedis } from '@sluice/testing';
import { startTestGateway, type Answer, type TestGateway } from '../../test-gateway.fixture';

let redis: TestRedis;
let gateway: TestGateway;

beforeAll(async () => {
  redis = await startTestRedis();
  gateway = await startTestGateway(redis);
});

afterAll(async () => {
  await gateway.stop();
  await redis.stop();
});

const put = (validate: object, api: object = {}): Promise<Answer> =>
  gateway.request('PUT', '/v1/apis/checked', {
    json: { routes: [{ route: 'ANY /items/{id}', integration: { type: 'mock', body: 'passed' }, validate }], ...api },
  });

async function send(path: string, body?: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${gateway.publicUrl}/checked${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
}

interface Refusal {
  readonly status: number;
  readonly message: string;
  readonly errors: readonly { readonly path: string; readonly message: string }[];
}

async function refusalOf(answer: Promise<Response>): Promise<Refusal> {
  const response = await answer;
  return { status: response.status, ...((await response.json()) as Omit<Refusal, 'status'>) };
}

const item = {
  type: 'object',
  required: ['name'],
  additionalProperties: false,
  properties: {
    name: { type: 'string', minLength: 1, pattern: '^[a-z]{1,20}$' },
    count: { type: 'integer', minimum: 1 },
    tags: { type: 'array', items: { type: 'string', format: 'uuid' } },
    colour: { enum: ['red', 'blue'] },
  },
};

describe('required parameters', () => {
  beforeEach(() =>
    put({
      query: {
        q1: { required: true },
        page: { schema: { type: 'integer', minimum: 1 } },
        ids: { schema: { type: 'array', items: { type: 'integer' } } },
      },
      headers: { 'X-Tenant': { required: true } },
      path: { id: { schema: { pattern: '^\\d+$' } } },
    }),
  );

  it('must be there and not blank; the body is AWS’s, with each of them beside it', async () => {
    expect(await refusalOf(send('/items/7'))).toEqual({
      status: 400,
      message: 'Missing required request parameters: [q1, X-Tenant]',
      errors: [
        { path: 'query.q1', message: 'is required and must not be blank' },
        { path: 'headers.X-Tenant', message: 'is required and must not be blank' },
      ],
    });
    expect(await refusalOf(send('/items/7?q1=%20', undefined, { 'x-tenant': 'a' }))).toMatchObject({
      message: 'Missing required request parameters: [q1]',
    });
    expect((await send('/items/7?q1=a', undefined, { 'x-tenant': 'a' })).status).toBe(200);
  });

  it('are read as what their schema wants, and refused where they cannot be', async () => {
    const call = (path: string): Promise<Response> => send(path, undefined, { 'x-tenant': 'a' });
    expect((await call('/items/7?q1=a&page=2&ids=1&ids=2')).status).toBe(200);
    expect((await call('/items/7?q1=a&ids=1')).status).toBe(200);
    expect(await refusalOf(call('/items/x?q1=a&page=0&ids=1&ids=b'))).toEqual({
      status: 400,
      message: 'Invalid request parameters',
      errors: [
        { path: 'query.page', message: 'must be >= 1' },
        { path: 'query.ids[1]', message: 'must be integer' },
        { path: 'path.id', message: 'must match pattern "^\\d+$"' },
      ],
    });
  });

  it.each(['0x10', '%201', 'Infinity', '1e999'])(
    'do not take %s for a number: not everybody would read it as the same',
    async (text) => {
      await put({
        query: { n: { schema: { type: 'number' } }, ids: { schema: { type: 'array', items: { type: 'number' } } } },
      });
      const call = (query: string): Promise<Response> => send(`/items/7?${query}`);
      expect(await refusalOf(call(`n=${text}`))).toMatchObject({
        errors: [{ path: 'query.n', message: 'must be a decimal number' }],
      });
      expect(await refusalOf(call(`ids=1&ids=${text}`))).toMatchObject({ errors: [{ path: 'query.ids[1]' }] });
      expect((await call('n=-1.5e3&ids=007')).status).toBe(200);
    },
  );
});

describe('a body', () => {
  it('that is not as its schema says is answered as AWS does, with every field that is wrong', async () => {
    await put({ body: { 'application/json': item } });
    expect(await refusalOf(send('/items/1', { name: 'A', count: 0, tags: ['x'], colour: 'green', more: 1 }))).toEqual({
      status: 400,
      message: 'Invalid request body',
      errors: [
        { path: '', message: 'must not have the property "more"' },
        { path: 'name', message: 'must match pattern "^[a-z]{1,20}$"' },
        { path: 'count', message: 'must be >= 1' },
        { path: 'tags[0]', message: 'must match format "uuid"' },
        { path: 'colour', message: 'must be one of ["red","blue"]' },
      ],
    });
    const refused = await send('/items/1', {});
    expect(refused.headers.get('x-sluice-error')).toBe('BAD_REQUEST_BODY');
    expect((await send('/items/1', { name: 'a', count: 2 })).status).toBe(200);
  });

  it.each([
    ['is no JSON', '{"name":', 'is not JSON'],
    ['is deeper than anybody needs', '['.repeat(100_000), 'is deeper than 64 levels'],
  ])('that %s is refused', async (_what, body, message) => {
    await put({ body: { 'application/json': true } });
    expect(await refusalOf(send('/items/1', body))).toMatchObject({ status: 400, errors: [{ path: '', message }] });
  });

  it('may be left out unless it is required', async () => {
    await put({ body: { 'application/json': item } });
    expect((await send('/items/1')).status).toBe(200);
    await put({ body: { 'application/json': item }, bodyRequired: true });
    expect(await refusalOf(send('/items/1'))).toMatchObject({
      status: 400,
      errors: [{ message: 'is required' }],
    });
  });

  it('of another type than the route takes is answered 415', async () => {
    await put({ body: { 'application/json': item, 'text/*': { type: 'string', maxLength: 3 } } });
    const refused = await send('/items/1', '<a/>', { 'content-type': 'application/xml' });
    expect({ status: refused.status, body: await refused.json() }).toEqual({
      status: 415,
      body: { message: 'Unsupported Media Type' },
    });
    expect(refused.headers.get('x-sluice-reason')).toContain('application/json, text/*');
    expect((await send('/items/1', 'abc', { 'content-type': 'text/plain; charset=utf-8' })).status).toBe(200);
    expect((await send('/items/1', 'abcd', { 'content-type': 'text/plain' })).status).toBe(400);
  });

  it('may be described by a model of the API, which may refer to itself', async () => {
    const node = { type: 'object', properties: { next: { $ref: '#' }, value: { type: 'integer' } } };
    await put({ body: { 'application/json': { model: 'Node' } } }, { models: { Node: node } });
    expect((await send('/items/1', { next: { next: { value: 1 } } })).status).toBe(200);
    expect(await refusalOf(send('/items/1', { next: { next: { value: 'x' } } }))).toMatchObject({
      errors: [{ path: 'next.next.value', message: 'must be integer' }],
    });
  });

  it('of a million wrong items is refused with a few of them', async () => {
    await put({ body: { 'application/json': { type: 'array', items: { type: 'string' } } } });
    const { errors } = await refusalOf(send('/items/1', `[${'1,'.repeat(1_000_000)}1]`));
    expect(errors).toEqual([{ path: '[0]', message: 'must be string' }]);
    expect((await refusalOf(send('/items/1', new Array(50).fill(1)))).errors).toHaveLength(20);
  });

  it('cannot hold the gateway up with a text made for its pattern', async () => {
    await put({ body: { 'application/json': { type: 'string', pattern: '^(a+)+$' } } });
    expect((await send('/items/1', `"${'a'.repeat(99_000)}!"`)).status).toBe(400);
  });
});

describe('a schema that cannot work is refused when it is declared, with its place', () => {
  const refusedAt = async (validate: object, api?: object): Promise<string> => {
    const { status, text } = await put(validate, api);
    expect(status).toBe(400);
    const { details } = JSON.parse(text) as { details: { path: string; message: string }[] };
    return details.map(({ path, message }) => `${path}: ${message}`).join('\n');
  };
  const nested = (levels: number): object => (levels === 0 ? {} : { not: nested(levels - 1) });

  it.each([
    [{ type: 'strin' }, /schema is invalid: data\/type/],
    [{ type: 'object', propertys: {} }, /unknown keyword: "propertys"/],
    [
      { properties: { a: { $ref: 'https://example.com/schema.json' } } },
      /properties\.a\.\$ref: must lead to a place in the same schema/,
    ],
    [{ $ref: '#/$defs/nothing' }, /can't resolve reference #\/\$defs\/nothing/],
    [{ pattern: '(?=a)b' }, /linear time/],
    [{ pattern: '(' }, /Unterminated group/],
    [{ format: 'colour' }, /unknown format "colour"/],
    [{ type: 'array', uniqueItems: true }, /uniqueItems: compares every item with every other/],
    [{ $async: true }, /\$async: is not a keyword/],
    [nested(40), /is deeper than 32 levels/],
  ])('%#: %j', async (schema, message) => {
    const refused = await refusedAt({ body: { 'application/json': schema } });
    expect(refused).toMatch(message);
    expect(refused).toMatch(/^routes\[0\] \(ANY \/items\/\{id\}\)\.validate\.body\.application\/json: /);
  });

  it('as is one that is too large', async () => {
    const schema = { description: 'a'.repeat(70_000) };
    expect(await refusedAt({ body: { 'application/json': schema } })).toMatch(/bytes as text; at most 65536/);
  });

  it('as are a model that is not there, a bad model and a path variable that the route does not have', async () => {
    expect(await refusedAt({ body: { 'application/json': { model: 'None' } } })).toContain(
      'the API has no model "None"',
    );
    expect(await refusedAt({}, { models: { Bad: { type: 'x' } } })).toMatch(/^models\.Bad: schema is invalid/);
    const routes = [{ route: 'GET /a/{id}', integration: { type: 'redirect', location: '/b/{other}' } }];
    expect(await refusedAt({}, { routes })).toContain(
      'integration.location: has {other}, which is no path variable of the route',
    );
    expect(await refusedAt({ path: { other: { required: true } } })).toBe(
      'routes[0] (ANY /items/{id}).validate.path.other: is no path variable of the route',
    );
  });
});
