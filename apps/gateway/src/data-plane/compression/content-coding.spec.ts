import { chooseCoding } from './content-coding';

it.each([
  ['', null],
  ['gzip', 'gzip'],
  ['gzip, deflate, br, zstd', 'gzip'],
  ['br', 'br'],
  ['br;q=1.0, gzip;q=0.8', 'br'],
  ['deflate, gzip;q=0', 'deflate'],
  ['*', 'gzip'],
  ['*;q=0', null],
  ['gzip;q=0, *', 'br'],
  ['identity', null],
  ['identity;q=1, gzip;q=0.5', null],
  ['identity;q=0.5, gzip', 'gzip'],
  ['GZIP ; q=0.5', 'gzip'],
  ['x-gzip', 'gzip'],
  ['gzip;q=nonsense', null],
  ['gzip;q=2', null],
  ['zstd', null],
])('Accept-Encoding "%s" gets %p', (header, coding) => {
  expect(chooseCoding(header)).toBe(coding);
});
