import { parseAuthorizerAnswer } from './authorizer-answer';
import { type Decision, decisionOf } from './decision';
import { DecisionCache } from './decision-cache';

const SCOPE = { apiName: 'shop', stage: 'prod' };
let nowMs = 0;

const decision = (principalId = 'ann'): Decision => {
  const policyDocument = { Statement: { Effect: 'Allow', Action: '*', Resource: '*' } };
  const text = JSON.stringify({ principalId, policyDocument });
  return decisionOf(
    parseAuthorizerAnswer(text, { event: 'REQUEST-2.0', simpleResponses: false }),
    text,
    'arn',
    'identity',
  );
};
const keep = (cache: DecisionCache, key: string, scope = SCOPE, kept = decision()): Promise<Decision> =>
  cache.ask(key, 'arn', scope, 300_000, async () => kept);

/** A function that answers when the spec says so. */
function pendingAnswer(): { ask: () => Promise<Decision>; answer: (decision: Decision) => void; calls: () => number } {
  let resolve: (decision: Decision) => void = () => undefined;
  let calls = 0;
  const answered = new Promise<Decision>((settle) => (resolve = settle));
  return {
    ask: () => {
      calls++;
      return answered;
    },
    answer: (decision) => resolve(decision),
    calls: () => calls,
  };
}

beforeEach(() => (nowMs = 0));
const newCache = (): DecisionCache => new DecisionCache(() => nowMs);

describe('decisions of authorizers', () => {
  it('are kept until their time is over', async () => {
    const cache = newCache();
    await keep(cache, 'a');
    nowMs = 299_999;
    expect(cache.get('a')).not.toBeNull();
    nowMs = 300_000;
    expect(cache.get('a')).toBeNull();
  });

  it('are asked for once by all who ask the same at the same time', async () => {
    const cache = newCache();
    const { ask, answer, calls } = pendingAnswer();
    const all = Array.from({ length: 50 }, () => cache.ask('a', 'arn', SCOPE, 1_000, ask));
    const other = cache.ask('a', 'another arn', SCOPE, 1_000, async () => decision('bob'));
    const given = decision();
    answer(given);
    expect(await Promise.all(all)).toEqual(all.map(() => given));
    expect((await other).authorization.principalId).toBe('bob');
    expect(calls()).toBe(1);
  });

  it('that were errors are not kept', async () => {
    const cache = newCache();
    await expect(cache.ask('a', 'arn', SCOPE, 1_000, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(cache.get('a')).toBeNull();
    await keep(cache, 'a');
    expect(cache.get('a')).not.toBeNull();
  });

  it('are forgotten by stage and by principal', async () => {
    const cache = newCache();
    await keep(cache, 'ann');
    await keep(cache, 'bob', SCOPE, decision('bob'));
    await keep(cache, 'other stage', { ...SCOPE, stage: 'dev' });
    await keep(cache, 'other api', { ...SCOPE, apiName: 'blog' });
    const kept = () => ['ann', 'bob', 'other stage', 'other api'].filter((key) => cache.get(key) !== null);
    cache.purge({ ...SCOPE, principalId: 'ann' });
    expect(kept()).toEqual(['bob', 'other stage', 'other api']);
    cache.purge(SCOPE);
    expect(kept()).toEqual(['other stage', 'other api']);
    cache.purgeAll();
    expect(kept()).toEqual([]);
  });

  it('that were asked for before a purge are neither kept nor shared after it', async () => {
    const cache = newCache();
    const before = pendingAnswer();
    const asked = cache.ask('a', 'arn', SCOPE, 1_000, before.ask);
    cache.purge(SCOPE);
    const after = cache.ask('a', 'arn', SCOPE, 1_000, async () => decision('fresh'));
    before.answer(decision('stale'));
    expect((await asked).authorization.principalId).toBe('stale');
    expect((await after).authorization.principalId).toBe('fresh');
    expect(cache.get('a')?.authorization.principalId).toBe('fresh');
  });
});
