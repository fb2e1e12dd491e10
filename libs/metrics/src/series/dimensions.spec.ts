import { dimensionsOf, parentKey, seriesKey, type Dimensions } from './dimensions';

const cases: Dimensions[] = [
  { kind: 'api' },
  { kind: 'api', api: 'shop' },
  { kind: 'api', api: 'shop', stage: '$default' },
  { kind: 'api', api: 'shop', stage: 'prod/Canary', route: 'GET /a|b/{c}' },
  { kind: 'api', api: 'functions/hello', stage: '$default', route: '$default' },
  { kind: 'function' },
  { kind: 'function', function: 'hello' },
  { kind: 'function', function: 'hello', version: '12' },
];

test.each(cases)('%j has a key of its own that says it all', (dimensions) => {
  expect(dimensionsOf(seriesKey(dimensions))).toEqual(dimensions);
});

test('every series is part of a wider one, up to all of its kind', () => {
  const route = seriesKey({ kind: 'api', api: 'shop', stage: 'prod', route: 'GET /a|b' });
  const stage = seriesKey({ kind: 'api', api: 'shop', stage: 'prod' });
  const api = seriesKey({ kind: 'api', api: 'shop' });
  expect([route, stage, api, 'A'].map(parentKey)).toEqual([stage, api, 'A', null]);
  expect(parentKey('F|hello|3')).toBe('F|hello');
});
