import { isFlushed, mayBeFlushed, NO_FLUSHES, withFlush } from './flushes';

const scope = { api: 'shop', stage: '$default', route: 'GET /a' };
const stage = { api: 'shop', stage: '$default' };

test.each([
  ['its stage', stage, true],
  ['its route', { ...stage, route: 'GET /a' }, true],
  ['another route', { ...stage, route: 'GET /b' }, false],
  ['one of its tags', { ...stage, tag: 'news' }, true],
  ['another tag', { ...stage, tag: 'sports' }, false],
  ['its tag in another route', { ...stage, route: 'GET /b', tag: 'news' }, false],
  ['another stage', { ...stage, stage: 'dev' }, false],
  ['another API', { ...stage, api: 'other' }, false],
])('a flush of %s', (_what, flush, flushed) => {
  const record = withFlush(NO_FLUSHES, flush, 0);
  expect(isFlushed(record, scope, ['news'], 0)).toBe(flushed);
  expect(isFlushed(record, scope, ['news'], record.sequence)).toBe(false);
});

test('what is being fetched may have any tag', () => {
  const record = withFlush(NO_FLUSHES, { ...stage, tag: 'sports' }, 0);
  expect(mayBeFlushed(record, scope, 0)).toBe(true);
  expect(mayBeFlushed(record, { ...scope, stage: 'dev' }, 0)).toBe(false);
  expect(mayBeFlushed(record, scope, 1)).toBe(false);
});

test('flushes that no answer is older than are forgotten; more than are kept become one of everything', () => {
  let record = withFlush(NO_FLUSHES, stage, 0);
  record = withFlush(record, { ...stage, tag: 'x' }, 3 * 3_600_000);
  expect(record.flushes.map(({ sequence }) => sequence)).toEqual([2]);
  for (let number = 0; number < 1_000; number++) record = withFlush(record, { api: 'o', stage: 's' }, 3 * 3_600_000);
  expect(record.flushes).toHaveLength(1_000);
  expect(isFlushed(record, scope, [], 1)).toBe(true);
  expect(isFlushed(record, scope, [], 2)).toBe(false);
});
