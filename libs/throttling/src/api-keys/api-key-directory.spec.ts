import { randomBytes } from 'node:crypto';
import { type ApiKeyRecord, type UsagePlanRecord } from '@sluice/contracts';
import { FakeClock } from '@sluice/testing';
import { BucketDirectory } from '../buckets/bucket-directory';
import { ApiKeyDirectory } from './api-key-directory';
import { fingerprintOf, newApiKeyValue } from './api-key-value';

const clock = new FakeClock();
const createdAt = new Date(clock.now()).toISOString();
const value = 'a-value-of-the-specs-0123456789';

function key(id: string, changes: Partial<ApiKeyRecord> & { value?: string } = {}): ApiKeyRecord {
  const { value: ownValue = value, ...rest } = changes;
  return {
    schema: 1,
    id,
    name: id,
    enabled: true,
    usagePlans: ['gold'],
    tags: {},
    ...fingerprintOf(ownValue),
    createdAt,
    updatedAt: createdAt,
    ...rest,
  };
}

function plan(name: string, changes: Partial<UsagePlanRecord> = {}): UsagePlanRecord {
  const stages = [{ api: 'shop', stage: '$default', routes: {} }];
  return { schema: 1, name, stages, createdAt, updatedAt: createdAt, ...changes };
}

function directory(keys: readonly ApiKeyRecord[], plans: readonly UsagePlanRecord[] = [plan('gold')]): ApiKeyDirectory {
  const made = new ApiKeyDirectory(new BucketDirectory(), clock.now);
  for (const one of plans) made.setPlan(one.name, one);
  for (const one of keys) made.setKey(one.id, one);
  return made;
}

test('a key opens the stages of its plans and no others', () => {
  const keys = directory([key('k1')]);
  expect(keys.find(value, 'shop', '$default')).toMatchObject({ apiKeyId: 'k1', plan: { name: 'gold' } });
  expect(keys.find(value, 'shop', 'beta')).toBeNull();
  expect(keys.find(value, 'other', '$default')).toBeNull();
});

test.each<[string, ApiKeyRecord]>([
  ['a disabled key', key('k1', { enabled: false })],
  ['an expired key', key('k1', { expiresAt: createdAt })],
  ['a key without a plan', key('k1', { usagePlans: [] })],
  ['a key of a plan that is gone', key('k1', { usagePlans: ['silver'] })],
  ['another value', key('k1', { value: 'b-value-of-the-specs-0123456789' })],
])('%s opens nothing', (_what, record) => {
  expect(directory([record]).find(value, 'shop', '$default')).toBeNull();
});

test('after a rotation the old value opens until its grace is over, and the new one at once', () => {
  const rotated = key('k1', {
    value: 'the-new-value-of-the-specs-1',
    previous: { sha256: fingerprintOf(value).sha256, acceptedUntil: new Date(clock.now() + 60_000).toISOString() },
  });
  const keys = directory([rotated]);
  const opens = (presented: string): boolean => keys.find(presented, 'shop', '$default') !== null;
  expect([opens(value), opens('the-new-value-of-the-specs-1')]).toEqual([true, true]);
  clock.advance(60_000);
  expect([opens(value), opens('the-new-value-of-the-specs-1')]).toEqual([false, true]);
});

test('a change of a key or a plan holds from the next request on', () => {
  const keys = directory([key('k1')]);
  expect(keys.find(value, 'shop', '$default')?.use.quota).toBeNull();
  keys.setPlan('gold', plan('gold', { quota: { limit: 5, period: 'DAY', offset: 0 } }));
  expect(keys.find(value, 'shop', '$default')?.use.quota?.settings.limit).toBe(5);
  keys.setKey('k1', key('k1', { enabled: false }));
  expect(keys.find(value, 'shop', '$default')).toBeNull();
  keys.setKey('k1', null);
  expect(keys.ownerOf(fingerprintOf(value).sha256)).toBeUndefined();
});

test("a plan's limit for a route stands instead of the plan's own; each key has its own bucket, over all stages", () => {
  const both = plan('gold', {
    throttle: { rate: 10, burst: 10 },
    stages: [
      { api: 'shop', stage: '$default', routes: { 'GET /slow': { rate: 1, burst: 1 } } },
      { api: 'shop', stage: 'beta', routes: {} },
    ],
  });
  const keys = directory([key('k1'), key('k2', { value: 'b-value-of-the-specs-0123456789' })], [both]);
  const access = keys.find(value, 'shop', '$default');
  expect(access?.bucketOf('GET /slow')).toMatchObject({ scope: 'plan-route', limits: { rate: 1 } });
  expect(access?.bucketOf('GET /fast')).toMatchObject({ scope: 'plan', limits: { rate: 10 } });
  expect(keys.find(value, 'shop', 'beta')?.bucketOf('GET /slow')?.key).toBe(access?.bucketOf('GET /fast')?.key);
  const other = keys.find('b-value-of-the-specs-0123456789', 'shop', '$default');
  expect(other?.bucketOf('GET /fast')?.key).not.toBe(access?.bucketOf('GET /fast')?.key);
});

test('one key counts in one quota, whichever stage of the plan it opens', () => {
  const quota = { limit: 5, period: 'MONTH', offset: 0 } as const;
  const stages = ['$default', 'beta'].map((stage) => ({ api: 'shop', stage, routes: {} }));
  const keys = directory([key('k1')], [plan('gold', { quota, stages })]);
  expect(keys.find(value, 'shop', 'beta')?.use.quota).toBe(keys.find(value, 'shop', '$default')?.use.quota);
});

test('new values are 52 letters and digits, and all of them are used', () => {
  const values = Array.from({ length: 200 }, () => newApiKeyValue(randomBytes));
  for (const made of values) expect(made).toMatch(/^[A-Za-z0-9]{52}$/);
  expect(new Set(values).size).toBe(200);
  expect(new Set(values.join('')).size).toBe(62);
});
