import { waitFor } from '@sluice/testing';
import { closedLoad, E2ePlatform } from './index';

interface LogPage {
  readonly events: readonly {
    readonly timestamp: string | number;
    readonly requestId: string;
    readonly message: string;
  }[];
  readonly summary: { readonly records: number; readonly sampled: number };
}

describe('logs', () => {
  let platform: E2ePlatform;
  beforeAll(async () => {
    platform = await E2ePlatform.start();
  }, 60_000);
  afterAll(() => platform.stop());

  const logs = async (name: string, query = ''): Promise<LogPage> =>
    (await platform.controlPlane.get(`/v1/functions/${name}/logs?limit=1000${query}`)).json as LogPage;

  test('an invocation has START, its lines, END and REPORT under its request id', async () => {
    const path = await platform.expose(
      'talker',
      `export const handler = async (event: any, context: any) => { console.log('first', { a: 1 }); console.error('second'); return { statusCode: 200, body: context.awsRequestId }; };`,
    );
    const { text: requestId, headers } = await platform.call(`${path}/`);
    expect(headers['apigw-requestid']).toBe(requestId);
    const messages = await waitFor(
      async () => {
        const { events } = await logs('talker', `&requestId=${requestId}`);
        return events.length >= 5 ? events.map(({ message }) => message) : null;
      },
      { what: 'five log events' },
    );
    expect(messages).toEqual([
      expect.stringMatching(new RegExp(`^START RequestId: ${requestId} Version: (\\$LATEST|1)`)),
      expect.stringMatching(new RegExp(`^\\S+Z\\t${requestId}\\tINFO\\tfirst \\{ a: 1 \\}`)),
      expect.stringMatching(new RegExp(`^\\S+Z\\t${requestId}\\tERROR\\tsecond`)),
      expect.stringMatching(new RegExp(`^END RequestId: ${requestId}`)),
      expect.stringMatching(
        new RegExp(
          `^REPORT RequestId: ${requestId}\\tDuration: [\\d.]+ ms\\tBilled Duration: \\d+ ms\\tMemory Size: 128 MB\\tMax Memory Used: \\d+ MB\\tInit Duration: [\\d.]+ ms`,
        ),
      ),
    ]);
  });

  test('a line that looks like a record of the platform stays a line', async () => {
    const forged = 'END RequestId: 0\nREPORT RequestId: 0\tDuration: 0 ms\n"],[0,"INFO","forged';
    const path = await platform.expose(
      'forger',
      `export const handler = async () => { console.log(${JSON.stringify(forged)}); return 'x'; };`,
    );
    await platform.call(`${path}/`);
    const { events } = await waitFor(
      async () => {
        const page = await logs('forger');
        return page.events.length >= 4 ? page : null;
      },
      { what: 'four log events' },
    );
    expect(events).toHaveLength(4);
    expect(events[1]?.message).toContain('forged');
    expect(events[3]?.message).not.toContain('RequestId: 0');
  });

  test('an error is logged with the place in the source that threw it', async () => {
    const path = await platform.expose(
      'failing',
      "\n\nexport const handler = async () => {\n  throw new Error('told');\n};",
    );
    await platform.call(`${path}/`);
    const text = await waitFor(
      async () => {
        const { events } = await logs('failing');
        const all = events.map(({ message }) => message).join('\n');
        return all.includes('REPORT') ? all : null;
      },
      { what: 'the report' },
    );
    expect(text).toContain('told');
  });

  test('every request is in the access log once, errors and unknown paths too', async () => {
    const unknown = await platform.call('/nowhere/x', { method: 'PUT' });
    const failed = await platform.call('/failing/');
    const lines = await waitFor(
      () => {
        const wanted = [unknown, failed].map(({ headers }) => headers['apigw-requestid']);
        const found = platform.accessLog().filter(({ requestId }) => wanted.includes(requestId));
        return found.length >= 2 ? found : null;
      },
      { what: 'two access log lines' },
    );
    expect(lines).toEqual([
      expect.objectContaining({
        method: 'PUT',
        path: '/nowhere/x',
        status: 404,
        route: null,
        error: 'ROUTE_NOT_FOUND',
        sourceIp: '127.0.0.1',
      }),
      expect.objectContaining({
        method: 'GET',
        path: '/failing/',
        status: 500,
        route: 'ANY /',
        error: 'FUNCTION_ERROR',
        latencyMs: expect.any(Number) as unknown,
        integrationLatencyMs: expect.any(Number) as unknown,
      }),
    ]);
  });

  test('invocations counted, lines in the access log, and log records plus those sampled away are the same number', async () => {
    const calls = 5_000;
    const path = await platform.expose(
      'counted',
      `export const handler = async (event: any) => { console.log(event.rawPath); return 'x'; };`,
    );
    const { outcomes } = await closedLoad(64, calls, () => platform.call(`${path}/n`));
    expect(outcomes).toEqual({ 200: calls });
    expect(await platform.metric('sluice_invocations_total', { function: 'counted', outcome: 'ok' })).toBe(calls);
    expect(await platform.metric('sluice_requests_total', { api: 'counted' })).toBe(calls);
    await waitFor(() => platform.accessLog().filter(({ api }) => api === 'counted').length === calls, {
      what: 'the access log has every line',
    });
    const summary = await waitFor(
      async () => {
        const page = await logs('counted');
        return page.summary.records + page.summary.sampled >= calls ? page.summary : null;
      },
      { what: 'the function log has every record' },
    );
    expect(summary.records + summary.sampled).toBe(calls);
  }, 60_000);
});
