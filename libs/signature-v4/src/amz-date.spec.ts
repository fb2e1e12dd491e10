import { formatAmzDate, parseAmzDate, parseHttpDate } from './amz-date';

const timeMs = Date.UTC(2015, 7, 30, 12, 36, 0);

test('a moment goes to the basic format and back', () => {
  expect(formatAmzDate(timeMs + 999)).toBe('20150830T123600Z');
  expect(parseAmzDate('20150830T123600Z')).toBe(timeMs);
});

test.each(['20150830T123600', '2015-08-30T12:36:00Z', '20150631T000000Z', '20150830T246000Z', '20150830t123600z', ''])(
  '%j is no signing time',
  (text) => expect(parseAmzDate(text)).toBeNull(),
);

test('a Date header counts only in its one modern form', () => {
  expect(parseHttpDate('Sun, 30 Aug 2015 12:36:00 GMT')).toBe(timeMs);
  expect(parseHttpDate('Mon, 30 Aug 2015 12:36:00 GMT')).toBeNull();
  expect(parseHttpDate('Sunday, 30-Aug-15 12:36:00 GMT')).toBeNull();
});
