import { E2ePlatform, steadyLoad } from './index';

const GOOD = `export const handler = async () => ({ statusCode: 200, body: 'good' });`;
const BAD = `export const handler = async () => { throw new Error('a bad version'); };`;

interface Stage {
  readonly canary?: object;
  readonly lastCanary?: { readonly outcome: string; readonly reason: string; readonly deploymentId: string };
}

describe('a canary', () => {
  let platform: E2ePlatform;
  beforeAll(async () => {
    platform = await E2ePlatform.start();
    await platform.deploy('good', GOOD);
    await platform.deploy('bad', BAD);
  }, 60_000);
  afterAll(() => platform.stop());

  const declare = (name: string, query = '') =>
    platform.controlPlane.json('PUT', `/v1/apis/shop${query}`, {
      routes: [{ route: 'GET /', integration: { type: 'function', function: name } }],
    });

  test('of a bad version ends by itself within 30 seconds of its errors; the stage says why, and answers no more errors', async () => {
    await declare('good');
    const made = await declare('bad', '?deploy=false');
    const { deploymentId } = made.json as { deploymentId: string };
    const started = await platform.controlPlane.json('PUT', '/v1/apis/shop/stages/$default', {
      canary: { deploymentId, percentTraffic: 20, abortWhen: { errorPercent: 5 } },
    });
    expect(started.status).toBe(200);
    const startedAtMs = performance.now();
    const load = steadyLoad(50, () => platform.call('/shop'));
    let stage: Stage;
    do {
      stage = (await platform.controlPlane.get('/v1/apis/shop/stages/$default')).json as Stage;
    } while (stage.canary !== undefined && performance.now() - startedAtMs < 30_000);
    const { outcomes } = await load.stop();
    expect(stage.lastCanary).toMatchObject({ outcome: 'aborted', deploymentId });
    expect(stage.lastCanary?.reason).toMatch(
      /requests to the canary \(100 %\) were answered 5xx in the last 15 s; 5 % are allowed/,
    );
    expect(outcomes['500']).toBeGreaterThanOrEqual(20);
    const after = await Promise.all(Array.from({ length: 50 }, () => platform.call('/shop')));
    expect(new Set(after.map(({ text }) => text))).toEqual(new Set(['good']));
  }, 60_000);
});
