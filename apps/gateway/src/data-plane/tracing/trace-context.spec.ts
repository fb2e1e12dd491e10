import { readHeaders } from '../request-headers';
import { traceContextOf, traceParent, type TraceContext } from './trace-context';

const requestId = '0b11e2f4-5c1d-4a7e-9c3b-8d7f6e5a4b3c';
const own = '0b11e2f45c1d4a7e9c3b8d7f6e5a4b3c';
const theirs = '4bf92f3577b34da6a3ce929d0e0e4736';
const parent = '00f067aa0ba902b7';

const of = (...raw: string[]): TraceContext =>
  traceContextOf({ headers: readHeaders(['host', 'a', ...raw]), requestId });

test('a request without a trace begins one that its request id names', () => {
  const context = of();
  expect(context).toEqual({ traceId: own, parentId: '', spanId: own.slice(16), sampled: null, state: '' });
  expect(traceParent(context, false)).toBe(`00-${own}-9c3b8d7f6e5a4b3c-00`);
});

test.each([
  ['01', true],
  ['00', false],
  ['03', true],
  ['fe', false],
])("a caller's trace goes on with a span of ours; flags %s", (flags, sampled) => {
  const context = of('TraceParent', `00-${theirs}-${parent}-${flags}`, 'tracestate', 'a=1', 'Tracestate', 'b=2');
  expect(context).toEqual({ traceId: theirs, parentId: parent, spanId: own.slice(16), sampled, state: 'a=1,b=2' });
  expect(traceParent(context, sampled)).toBe(`00-${theirs}-${own.slice(16)}-${sampled ? '01' : '00'}`);
});

test('a later version is understood as far as version 00 goes', () => {
  expect(of('traceparent', `cc-${theirs}-${parent}-01-what-comes`).traceId).toBe(theirs);
});

test.each([
  ['no version', `${theirs}-${parent}-01`],
  ['the version ff', `ff-${theirs}-${parent}-01`],
  ['more than version 00 has', `00-${theirs}-${parent}-01-more`],
  ['capital letters', `00-${theirs.toUpperCase()}-${parent}-01`],
  ['a trace of zeros', `00-${'0'.repeat(32)}-${parent}-01`],
  ['a parent of zeros', `00-${theirs}-${'0'.repeat(16)}-01`],
  ['too few digits', `00-${theirs.slice(1)}-${parent}-01`],
  ['something else', 'x'.repeat(10_000)],
])('%s is no trace: a new one begins, and the state of the old one is dropped', (_name, value) => {
  expect(of('traceparent', value, 'tracestate', 'a=1')).toMatchObject({ traceId: own, parentId: '', state: '' });
});

test('two traces at once are none', () => {
  const value = `00-${theirs}-${parent}-01`;
  expect(of('traceparent', value, 'traceparent', value).traceId).toBe(own);
});
