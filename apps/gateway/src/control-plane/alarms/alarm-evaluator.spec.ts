import { createHmac, randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { MasterKey } from '@sluice/config';
import { alarmSettings, type AlarmRecord } from '@sluice/contracts';
import { EgressClient, EgressPolicy, WebhookSender } from '@sluice/egress';
import { AlarmStates, ApiSeries } from '@sluice/metrics';
import { closeRedis, connectRedis, RedisKeys, type Redis } from '@sluice/redis';
import { startTestRedis, type TestRedis, waitFor } from '@sluice/testing';
import { MetricArchive } from '../metrics/metric-archive';
import { AlarmEvaluator } from './alarm-evaluator';
import { actionSecretAad } from './alarm-service';

interface Told {
  readonly alarm: string;
  readonly state: string;
  readonly previousState: string;
  readonly reason: string;
}

const SECRET = 'a-secret-of-the-receiver';
const masterKey = new MasterKey(Buffer.alloc(32, 3));

let server: TestRedis;
let redis: Redis;
let receiver: Server;
let url: string;
const told: { payload: Told; headers: IncomingHttpHeaders; body: string }[] = [];

beforeAll(async () => {
  server = await startTestRedis();
  redis = await connectRedis(server.url, { name: 'spec' });
  receiver = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      told.push({ payload: JSON.parse(body) as Told, headers: request.headers, body });
      response.end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
});
afterAll(async () => {
  receiver.close();
  await closeRedis(redis);
  await server.stop();
});
beforeEach(() => {
  told.length = 0;
});

let installations = 0;

/** An installation with one alarm, on a clock of its own, and as many gateways that evaluate it as a test wants. */
class Installation {
  nowMs = Date.UTC(2026, 10, 22, 12, 0, 20);
  readonly alarms = new Map<string, AlarmRecord>();
  readonly errors: unknown[] = [];
  readonly #keys = new RedisKeys(`alarms-${installations++}:`);
  readonly states = new AlarmStates({ redis, keys: this.#keys });
  readonly #archive = new MetricArchive({
    redis,
    keys: this.#keys,
    gatewayId: 'one',
    bytesMax: Infinity,
    nowMs: () => this.nowMs,
    onError: (_, error) => this.errors.push(error),
  });
  readonly #series = new ApiSeries(
    this.#archive.recorder.series({ kind: 'api', api: 'shop', stage: '$default', route: 'GET /' }),
  );
  readonly #webhooks = new WebhookSender({
    egress: new EgressClient(EgressPolicy.parse('127.0.0.1:*', '')),
    newDeliveryId: randomUUID,
    nowEpochMs: Date.now,
    onLost: (_, { error }) => this.errors.push(error),
  });

  evaluator(): AlarmEvaluator {
    return new AlarmEvaluator({
      configuration: { records: () => this.alarms as never },
      reader: this.#archive.reader,
      states: this.states,
      masterKey,
      send: (webhook) => this.#webhooks.send(webhook),
      nowMs: () => this.nowMs,
      onError: (_, error) => this.errors.push(error),
    });
  }

  define(settings: object): void {
    const parsed = alarmSettings.parse({
      metric: '5XXError',
      statistic: 'Sum',
      dimensions: { api: 'shop' },
      threshold: 2,
      actions: [{ type: 'webhook', url, secret: masterKey.encrypt(SECRET, actionSecretAad('errors')) }],
      ...settings,
    });
    const at = new Date(this.nowMs).toISOString();
    this.alarms.set('errors', { schema: 1, name: 'errors', settings: parsed, createdAt: at, updatedAt: at });
  }

  /** A minute with so many failed requests, and its evaluation; null = without a request. */
  async minute(failures: number | null, evaluators = [this.evaluator()]): Promise<string | undefined> {
    // As the timer of a gateway does at the end of each minute.
    await this.#archive.refresh();
    if (failures !== null) {
      this.#series.record(200, 5, 0, null, 0);
      for (let index = 0; index < failures; index++) this.#series.record(502, 5, 0, null, 0);
    }
    this.nowMs += 30_000;
    await this.#archive.refresh();
    this.nowMs += 30_000;
    await Promise.all(evaluators.map((evaluator) => evaluator.run()));
    return (await this.states.get('errors'))?.state;
  }
}

test('an alarm follows its metric, says why, and keeps its history', async () => {
  const installation = new Installation();
  installation.define({ evaluationPeriods: 3, datapointsToAlarm: 2 });
  expect(await installation.minute(0)).toBe('OK');
  expect(await installation.minute(9)).toBe('OK');
  expect(await installation.minute(9)).toBe('ALARM');
  expect(await installation.minute(0)).toBe('ALARM');
  expect(await installation.minute(0)).toBe('OK');
  expect((await installation.states.get('errors'))?.reason).toContain('(9, 0, 0)');
  const history = await installation.states.history('errors');
  expect(history.map(({ from, to }) => `${from} → ${to}`)).toEqual([
    'ALARM → OK',
    'OK → ALARM',
    'INSUFFICIENT_DATA → OK',
  ]);
  expect(installation.errors).toEqual([]);
});

test('every transition is told once, signed, however many gateways evaluate at the same time and how often', async () => {
  const installation = new Installation();
  installation.define({});
  const gateways = Array.from({ length: 8 }, () => installation.evaluator());
  for (const failures of [0, 9, 9, 0]) {
    await installation.minute(failures, gateways);
    await Promise.all(gateways.map((gateway) => gateway.run()));
  }
  await waitFor(() => told.length >= 3);
  expect(told.map(({ payload }) => `${payload.previousState} → ${payload.state}`).sort()).toEqual(
    ['ALARM → OK', 'INSUFFICIENT_DATA → OK', 'OK → ALARM'].sort(),
  );
  for (const { headers, body } of told) {
    const [, seconds, signature] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(headers['x-sluice-signature'])) ?? [];
    expect(signature).toBe(createHmac('sha256', SECRET).update(`${seconds}.${body}`).digest('hex'));
  }
});

test('an action tells only of the states it names', async () => {
  const installation = new Installation();
  installation.define({ actions: [{ type: 'webhook', url, states: ['ALARM'] }] });
  for (const failures of [0, 9, 0, 9]) await installation.minute(failures);
  await waitFor(() => told.length >= 2);
  expect(told.map(({ payload }) => payload.state)).toEqual(['ALARM', 'ALARM']);
  expect(told[0]?.headers['x-sluice-signature']).toBeUndefined();
});

test('without data an alarm says that it does not know', async () => {
  const installation = new Installation();
  installation.define({});
  expect(await installation.minute(0)).toBe('OK');
  expect(await installation.minute(null)).toBe('INSUFFICIENT_DATA');
  installation.define({ treatMissingData: 'breaching' });
  expect(await installation.minute(null)).toBe('ALARM');
});

test('an alarm that is defined anew is evaluated at once', async () => {
  const installation = new Installation();
  installation.define({});
  expect(await installation.minute(9)).toBe('ALARM');
  installation.define({ threshold: 100 });
  await installation.evaluator().run();
  expect((await installation.states.get('errors'))?.state).toBe('OK');
});

test('one alarm that cannot be evaluated does not keep the others from it', async () => {
  const installation = new Installation();
  installation.define({});
  const whole = installation.alarms.get('errors') as AlarmRecord;
  const broken = { ...whole, name: 'broken', settings: { ...whole.settings, metric: 'Gone' } };
  installation.alarms.clear();
  for (const alarm of [broken, whole]) installation.alarms.set(alarm.name, alarm);
  expect(await installation.minute(9)).toBe('ALARM');
  expect(installation.errors).toHaveLength(1);
});

test('a deleted alarm leaves nothing behind', async () => {
  const installation = new Installation();
  installation.define({});
  await installation.minute(9);
  installation.alarms.clear();
  await installation.evaluator().run();
  expect(await installation.states.get('errors')).toBeNull();
  expect(await installation.states.history('errors')).toEqual([]);
});
