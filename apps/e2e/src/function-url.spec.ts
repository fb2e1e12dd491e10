import { E2ePlatform } from './index';

const ECHO = `export const handler = async (event: any) => ({ path: event.rawPath, query: event.rawQueryString, method: event.requestContext.http.method, prefix: event.headers['x-forwarded-prefix'], routeKey: event.routeKey });`;

describe('function URLs', () => {
  let platform: E2ePlatform;
  beforeAll(async () => {
    platform = await E2ePlatform.start();
  }, 60_000);
  afterAll(() => platform.stop());

  test('a function has one only when its config says so', async () => {
    const without = await platform.controlPlane.putFunction('private', ECHO);
    expect(without.json).toMatchObject({ url: null });
    expect((await platform.call('/functions/private/')).status).toBe(404);

    const open = await platform.controlPlane.putFunction('open', ECHO, { url: 'NONE' });
    expect(open.json).toMatchObject({ url: `${platform.started.publicUrl.replace(/\/$/, '')}/functions/open/` });
  });

  test('it takes every method and path, and its mount is no part of the path', async () => {
    const answer = await platform.call('/functions/open/a/b?x=1', { method: 'DELETE' });
    expect([answer.status, answer.json]).toEqual([
      200,
      { path: '/a/b', query: 'x=1', method: 'DELETE', prefix: '/functions/open', routeKey: '$default' },
    ]);
    expect((await platform.call('/functions/open')).json).toMatchObject({ path: '/' });
  });

  test('HEAD has headers and no body', async () => {
    const { status, text, headers } = await platform.call('/functions/open/', { method: 'HEAD' });
    expect([status, text]).toEqual([200, '']);
    expect(headers['x-amzn-requestid']).toMatch(/.+/);
  });

  test('it goes with the next version that does without', async () => {
    await platform.controlPlane.putFunction('open', ECHO, { url: '' });
    expect((await platform.call('/functions/open/')).status).toBe(404);
  });
});
