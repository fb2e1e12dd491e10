import { echo, ProxyRoute, seenBy, type ProxyAnswer } from '../integrations/proxy-route.fixture';

let proxy: ProxyRoute;

beforeAll(async () => {
  proxy = await ProxyRoute.start();
});

beforeEach(() => {
  proxy.serve = echo;
});

afterAll(() => proxy.stop());

describe('mapped parameters', () => {
  it('change headers, query and path of the request', async () => {
    await proxy.route({
      requestParameters: {
        'append:header.x-id': '$request.path.proxy',
        'overwrite:header.x-agent': 'via ${context.stage} of ${context.apiId}',
        'remove:header.x-secret': '',
        'append:querystring.added': '$request.header.x-q',
        'overwrite:querystring.page': '1',
        'remove:querystring.debug': '',
        'overwrite:path': '/v2${request.path}',
        'append:header.x-none': '$request.header.not-there',
      },
    });
    const seen = seenBy(
      await proxy.call('/it/em?page=7&debug=1&keep=%20', {
        headers: { 'x-secret': 's', 'x-agent': 'mine', 'x-q': 'a&b' },
      }),
    );
    expect(seen.url).toBe('/v2/it/em?keep=%20&added=a%26b&page=1');
    expect(seen.headers).toMatchObject({ 'x-id': 'it/em', 'x-agent': 'via $default of up' });
    expect(seen.headers).not.toHaveProperty('x-secret');
    expect(seen.headers).not.toHaveProperty('x-none');
  });

  it('take values out of the body, and a template makes a new one', async () => {
    await proxy.route({
      requestParameters: { 'overwrite:header.x-user': '$request.body.user.id' },
      requestBody: {
        id: '$request.body.user.id',
        tags: ['$request.body.tags[1]', 'v-${request.querystring.v}'],
        none: '$request.body.nothing',
        fixed: 1,
      },
    });
    const seen = seenBy(await proxy.call('/x?v=3', { method: 'POST', body: '{"user":{"id":7},"tags":["a",{"b":1}]}' }));
    expect(seen.headers['x-user']).toBe('7');
    expect(JSON.parse(seen.body)).toEqual({ id: 7, tags: [{ b: 1 }, 'v-3'], none: null, fixed: 1 });
    expect(seen.headers['content-type']).toBe('application/json');
  });

  it('cannot smuggle a header, a query or a way up into the request', async () => {
    await proxy.route({
      requestParameters: { 'overwrite:header.x-user': '$request.body.u', 'overwrite:path': '/users/${request.body.p}' },
    });
    const post = (body: object): Promise<ProxyAnswer> =>
      proxy.call('/x', { method: 'POST', body: JSON.stringify(body) });
    expect(await post({ u: 'a\r\nx-admin: 1', p: 'a' })).toMatchObject({ status: 400 });
    expect(await post({ u: 'ä€', p: 'a' })).toMatchObject({ status: 400 });
    expect(await post({ u: 'a', p: '../admin' })).toMatchObject({ status: 400 });
    expect(seenBy(await post({ u: 'a', p: 'b?admin=1#x' })).url).toBe('/users/b%3Fadmin=1%23x');
  });

  it('change status, headers and body of the answer', async () => {
    proxy.serve = (_request, response) => {
      response.writeHead(201, { 'content-type': 'application/json', 'x-up': 'u', 'x-drop': '1' });
      response.end('{"a":{"b":[1,2]},"code":299}');
    };
    await proxy.route({
      responseParameters: {
        '2xx': {
          'overwrite:statuscode': '$response.body.code',
          'append:header.x-from': '$response.header.x-up',
          'remove:header.x-drop': '',
        },
      },
      responseBody: { second: '$response.body.a.b[1]', id: '$context.requestId' },
    });
    const answer = await proxy.call('/x', { headers: { 'accept-encoding': 'gzip' } });
    expect(answer).toMatchObject({ status: 299, headers: { 'x-from': 'u', 'x-up': 'u' } });
    expect(answer.headers).not.toHaveProperty('x-drop');
    expect(JSON.parse(answer.text)).toEqual({ second: 2, id: answer.headers['apigw-requestid'] });
  });
});
