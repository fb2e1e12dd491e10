import { E2ePlatform, steadyLoad } from './index';

const answering = (body: string): string =>
  `export const handler = async () => ({ statusCode: 200, body: '${body}' });`;

describe('changes while calls come in', () => {
  let platform: E2ePlatform;
  beforeAll(async () => {
    platform = await E2ePlatform.start();
  }, 60_000);
  afterAll(() => platform.stop());

  test('twenty uploads under load: no call fails, and each is answered by one of two adjacent versions', async () => {
    const path = await platform.expose('moving', answering('0'));
    let present = 0;
    const strays: string[] = [];
    const load = steadyLoad(200, async () => {
      const before = present;
      const answer = await platform.call(`${path}/`);
      const version = Number(answer.text);
      // The version that was the newest when the call began, up to the one being uploaded when it ended.
      if (!(version >= before && version <= present + 1)) strays.push(`${answer.text} after ${before}`);
      return answer;
    });
    for (let number = 1; number <= 20; number++) {
      await platform.deploy('moving', answering(String(number)));
      present = number;
    }
    const { outcomes, calls } = await load.stop();
    expect(calls).toBeGreaterThan(100);
    expect(outcomes).toEqual({ 200: calls });
    expect(strays).toEqual([]);
  }, 60_000);

  test('a new route answers at once after its PUT, and a removed one does not', async () => {
    await platform.deploy('target', answering('target'));
    for (let number = 0; number < 20; number++) {
      await platform.controlPlane.putApi('changing', [{ route: `GET /at-${number}`, function: 'target' }]);
      expect((await platform.call(`/changing/at-${number}`)).status).toBe(200);
      expect((await platform.call(`/changing/at-${number - 1}`)).status).toBe(404);
    }
  });

  test('one of two writers with the same If-Match is refused', async () => {
    const put = await platform.controlPlane.putApi('tagged', [{ route: 'GET /', function: 'target' }]);
    const etag = put.headers['etag'] ?? '';
    expect(etag).toMatch(/^"/);
    const write = (route: string) =>
      platform.controlPlane.request('PUT', '/v1/apis/tagged', {
        headers: { 'content-type': 'application/json', 'if-match': etag },
        body: JSON.stringify({ routes: [{ route, integration: { type: 'function', function: 'target' } }] }),
      });
    const statuses = (await Promise.all([write('GET /a'), write('GET /b')])).map(({ status }) => status);
    expect(statuses.sort()).toEqual([200, 412]);
  });
});
