import http from 'node:http';
import { waitFor } from '@sluice/testing';
import { startTestGateway } from '../../test-gateway.fixture';
import { countOf, never, ThrottledGateways } from './throttled-gateways.fixture';

let platform: ThrottledGateways;

beforeAll(async () => {
  platform = await ThrottledGateways.start(2);
});
afterAll(() => platform.stop());

describe('rates', () => {
  test('a stage gives its burst once, over both gateways; who comes late is told which limit it was and when to come back', async () => {
    const api = await platform.exposeApi({ throttle: never(10) });
    const answers = await platform.calls(40, `/${api}/x`);
    expect([countOf(answers, 200), countOf(answers, 429)]).toEqual([10, 30]);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.body).toBe('{"message":"Too Many Requests"}');
    expect(refused?.headers).toMatchObject({
      'x-sluice-error': 'THROTTLED',
      'ratelimit-policy': '"stage";q=10;w=10000',
      'ratelimit-limit': '10',
      'ratelimit-remaining': '0',
      'x-sluice-reason': expect.stringContaining(
        'The limit of the stage is 0.001 requests per second, 10 at once',
      ) as string,
    });
    expect(refused?.headers['retry-after']).toBe(refused?.headers['ratelimit-reset']);
    expect(Number(refused?.headers['retry-after'])).toBeGreaterThan(900);
  });

  test('at 100 per second with a burst of 50, two gateways under five times the load accept 1,050 in ten seconds', async () => {
    const api = await platform.exposeApi({ throttle: { rate: 100, burst: 50 } });
    let accepted = 0;
    let sent = 0;
    const pending = new Set<Promise<void>>();
    const startedAtMs = performance.now();
    const elapsedMs = (): number => performance.now() - startedAtMs;
    await waitFor(
      () => {
        for (; sent < Math.min(elapsedMs(), 10_000) / 2; sent++) {
          const one = platform.call(`/${api}/x`, {}, sent % 2).then(({ status }) => {
            // What comes back later is no part of the ten seconds.
            if (status === 200 && elapsedMs() <= 10_000) accepted++;
            pending.delete(one);
          });
          pending.add(one);
        }
        return elapsedMs() > 10_000;
      },
      { timeoutMs: 15_000 },
    );
    await Promise.all(pending);
    expect(sent).toBeGreaterThan(4_900);
    expect(accepted).toBeGreaterThanOrEqual(1_050 * 0.98);
    expect(accepted).toBeLessThanOrEqual(1_050 * 1.02);
  }, 30_000);

  test("a route's own limit stands instead of the stage's", async () => {
    const api = await platform.exposeApi({ throttle: never(3) }, { throttle: never(7) });
    expect(countOf(await platform.calls(20, `/${api}/x`), 200)).toBe(7);
  });

  test('a stage may say another limit than the deployment, at once', async () => {
    const api = await platform.exposeApi({ throttle: never(3) });
    await platform.manage('PUT', `/v1/apis/${api}/stages/$default`, { throttle: never(6) });
    expect(countOf(await platform.calls(20, `/${api}/x`), 200)).toBe(6);
  });
});

describe('quotas', () => {
  test('64 clients of two gateways together get exactly 10,000 of a quota of 10,000', async () => {
    const api = await platform.exposeApi({}, { apiKeyRequired: true });
    const { id, headers } = await platform.issueKey(api, { quota: { limit: 10_000, period: 'MONTH' } });
    let [accepted, refused, sent] = [0, 0, 0];
    const client = async (at: number): Promise<void> => {
      while (sent++ < 10_500) {
        const { status } = await platform.call(`/${api}/x`, headers, at % 2);
        if (status === 200) accepted++;
        else if (status === 429) refused++;
      }
    };
    await Promise.all(Array.from({ length: 64 }, (_, at) => client(at)));
    expect([accepted, refused]).toEqual([10_000, 500]);
    const usage = await platform.manage('GET', `/v1/usage-plans/plan-${api}/usage`);
    const days = (usage['items'] as Record<string, [number, number][]>)[id] ?? [];
    expect(days.reduce((sum, [used]) => sum + used, 0)).toBe(10_000);
    expect(days.at(-1)?.[1]).toBe(0);
  }, 60_000);

  test('who has used a quota up is told how much it was and when the next period begins; a grant opens it again', async () => {
    const api = await platform.exposeApi({}, { apiKeyRequired: true });
    const { id, headers } = await platform.issueKey(api, { quota: { limit: 3, period: 'DAY' } });
    const answers = await platform.calls(9, `/${api}/x`, headers);
    expect(countOf(answers, 200)).toBe(3);
    const refused = answers.find(({ status }) => status === 429);
    expect(refused?.body).toBe('{"message":"Limit Exceeded"}');
    expect(refused?.headers).toMatchObject({
      'x-sluice-error': 'QUOTA_EXCEEDED',
      'x-sluice-reason': expect.stringMatching(/^The API key has made 3 of 3 requests per day\./) as string,
      'ratelimit-policy': '"quota";q=3;w=86400',
      'ratelimit-remaining': '0',
    });
    await platform.manage('PATCH', `/v1/usage-plans/plan-${api}/keys/${id}/usage`, { extraRequests: 2 });
    let more = 0;
    await waitFor(async () => (more += countOf(await platform.calls(4, `/${api}/x`, headers), 200)) === 2, {
      what: 'what was granted',
    });
  });
});

describe('alerts', () => {
  test('each percentage of a quota is told once, by whichever gateway reaches it, and signed', async () => {
    const received: { body: string; signature: string }[] = [];
    const receiver = http.createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        received.push({ body, signature: String(request.headers['x-sluice-signature']) });
        response.end();
      });
    });
    await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
    const { port } = receiver.address() as { port: number };
    const alerting = await ThrottledGateways.start(2, { SLUICE_EGRESS_ALLOW: `127.0.0.1:${port}` });
    try {
      const api = await alerting.exposeApi({}, { apiKeyRequired: true });
      const quotaAlerts = { percents: [50, 100], url: `http://127.0.0.1:${port}/`, secret: 'a-secret-of-the-spec' };
      const { id, headers } = await alerting.issueKey(api, { quota: { limit: 20, period: 'DAY' }, quotaAlerts });
      await alerting.calls(40, `/${api}/x`, headers);
      await waitFor(() => received.length >= 2, { what: 'two alerts' });
      const alerts = received.map(({ body }) => JSON.parse(body) as { percent: number });
      expect(alerts.map(({ percent }) => percent).sort((a, b) => a - b)).toEqual([50, 100]);
      expect(alerts).toContainEqual(
        expect.objectContaining({ type: 'quota.percent-reached', usagePlan: `plan-${api}`, apiKeyId: id, limit: 20 }),
      );
      for (const { signature } of received) expect(signature).toMatch(/^t=\d+,v1=[0-9a-f]{64}$/);
      const shown = await alerting.manage('GET', `/v1/usage-plans/plan-${api}`);
      expect(shown['quotaAlerts']).toEqual({ percents: [50, 100], url: quotaAlerts.url, signed: true });
    } finally {
      await alerting.stop();
      receiver.close();
    }
  });
});

describe('the account', () => {
  test('its limit holds over all APIs', async () => {
    const limited = await ThrottledGateways.start(2, { ACCOUNT_THROTTLE_RATE: '1', ACCOUNT_THROTTLE_BURST: '6' });
    try {
      const [one, other] = [await limited.exposeApi({}), await limited.exposeApi({})];
      const answers = await Promise.all([...Array(10).keys()].map((at) => limited.call(`/${at % 2 ? one : other}/x`)));
      expect(countOf(answers, 429)).toBeGreaterThanOrEqual(3);
      expect(answers.find(({ status }) => status === 429)?.headers['x-sluice-reason']).toContain('over all APIs');
    } finally {
      await limited.stop();
    }
  });
});

describe('while Redis is away', () => {
  const whileStopped = async (action: () => Promise<void>): Promise<void> => {
    const pid = platform.redis.pids.volatile();
    if (pid === undefined) throw new Error('the volatile server runs');
    process.kill(pid, 'SIGSTOP');
    try {
      await action();
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  };

  test('requests are limited by each gateway alone, or answered 503 where that was chosen', async () => {
    const closed = await startTestGateway(platform.redis, { THROTTLE_WITHOUT_REDIS: 'closed' });
    try {
      const [api, unlimited] = [await platform.exposeApi({ throttle: never(5) }), await platform.exposeApi({})];
      await whileStopped(async () => {
        const answers = await Promise.all(Array.from({ length: 12 }, () => platform.call(`/${api}/x`)));
        expect([countOf(answers, 200), countOf(answers, 429)]).toEqual([5, 7]);
        const refused = await fetch(`${closed.publicUrl}/${api}/x`);
        expect([refused.status, refused.headers.get('x-sluice-error')]).toEqual([503, 'STORE_UNAVAILABLE']);
        expect((await fetch(`${closed.publicUrl}/${unlimited}/x`)).status).toBe(200);
      });
    } finally {
      await closed.stop();
    }
  });
});

test('a route without limits has none of the steps that limit', async () => {
  const traced = await ThrottledGateways.start(1, { SLUICE_TRACE_STEPS: 'on' });
  try {
    const steps = async (): Promise<string[]> => {
      const { text } = (await traced.gateways[0]?.request('GET', '/metrics')) ?? { text: '' };
      const names = [...text.matchAll(/sluice_step_seconds_count\{[^}]*step="([^"]+)"/g)].map(([, name]) => name ?? '');
      return ['admit', 'require-api-key', 'throttle'].filter((name) => names.includes(name));
    };
    expect((await traced.call(`/${await traced.exposeApi({})}/x`)).status).toBe(200);
    expect(await steps()).toEqual([]);
    const limited = await traced.exposeApi({ throttle: never(5) });
    expect((await traced.call(`/${limited}/x`)).status).toBe(200);
    expect(await steps()).toEqual(['admit', 'throttle']);
  } finally {
    await traced.stop();
  }
});
