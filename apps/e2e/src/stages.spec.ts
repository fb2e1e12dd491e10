import { waitFor } from '@sluice/testing';
import { E2ePlatform, steadyLoad } from './index';

const answering = (body: string): string =>
  `export const handler = async (event) => ({ statusCode: 200, body: '${body}:' + (event.stageVariables?.color ?? '') });`;

/** Over how many seconds the hundred deployments are spread; 0 = one after the other. 600 takes ten minutes. */
const DEPLOYMENTS_SECONDS = Number(process.env['DEPLOYMENTS_SECONDS'] ?? 0);

const routesTo = (name: string): object => ({
  routes: [{ route: 'GET /', integration: { type: 'function', function: name } }],
});

describe('deployments and stages while calls come in', () => {
  let platform: E2ePlatform;
  beforeAll(async () => {
    platform = await E2ePlatform.start();
    await platform.deploy('blue', answering('blue'));
    await platform.deploy('green', answering('green'));
  }, 60_000);
  afterAll(() => platform.stop());

  const put = (path: string, value: object) => platform.controlPlane.json('PUT', `/v1/apis/${path}`, value);
  const text = async (path: string): Promise<string> => (await platform.call(path)).text;

  test(
    'a hundred deployments under load: no call fails, and each is answered by one of two adjacent deployments',
    async () => {
      let present = 0;
      await put('moving', { routes: [{ route: 'GET /', integration: { type: 'mock', body: '0' } }] });
      const strays: string[] = [];
      const load = steadyLoad(200, async () => {
        const before = present;
        const answer = await platform.call('/moving');
        const deployed = Number(answer.text);
        if (!(deployed >= before && deployed <= present + 1)) strays.push(`${answer.text} after ${before}`);
        return answer;
      });
      const startedAtMs = performance.now();
      for (let number = 1; number <= 100; number++) {
        const dueInMs = startedAtMs + (number - 1) * DEPLOYMENTS_SECONDS * 10 - performance.now();
        if (dueInMs > 0) await new Promise((resolve) => setTimeout(resolve, dueInMs));
        const definition = {
          routes: [
            { route: 'GET /', integration: { type: 'mock', body: String(number) } },
            {
              route: 'GET /function',
              integration: { type: 'function', function: number % 2 === 0 ? 'blue' : 'green' },
            },
          ],
        };
        expect((await put('moving', definition)).status).toBe(200);
        present = number;
        expect((await platform.call('/moving/function')).text).toBe(number % 2 === 0 ? 'blue:' : 'green:');
      }
      const { outcomes, calls } = await load.stop();
      expect(calls).toBeGreaterThan(100);
      expect(outcomes).toEqual({ 200: calls });
      expect(strays).toEqual([]);
      const listed = (await platform.controlPlane.get('/v1/apis/moving/deployments')).json as { deployments: object[] };
      expect(listed.deployments.length).toBeLessThanOrEqual(61);
    },
    120_000 + DEPLOYMENTS_SECONDS * 1_000,
  );

  test('a rollback is effective within a second, with the variables of then', async () => {
    await put('shop', routesTo('blue'));
    await put('shop/stages/prod', { variables: { color: '1' } });
    const next = await platform.controlPlane.json('PUT', '/v1/apis/shop?deploy=false', routesTo('green'));
    const { deploymentId } = next.json as { deploymentId: string };
    await put('shop/stages/prod', { deploymentId, variables: { color: '2' } });
    expect(await text('/shop/prod')).toBe('green:2');
    const rolledBack = platform.controlPlane.request('POST', '/v1/apis/shop/stages/prod/rollback');
    await waitFor(async () => (await text('/shop/prod')) === 'blue:1', { timeoutMs: 1_000 });
    expect((await rolledBack).status).toBe(200);
  });

  test('a stage keeps its deployment when the API is declared anew and when its settings change', async () => {
    await put('kept', routesTo('blue'));
    await put('kept/stages/test', { variables: { color: 'a' } });
    await put('kept', routesTo('green'));
    expect(await text('/kept/test')).toBe('blue:a');
    expect(await text('/kept')).toBe('green:');
    await put('kept/stages/test', { variables: { color: 'b' } });
    expect(await text('/kept/test')).toBe('blue:b');
  });
});
