import { alarmSettings, type AlarmSettings, type AlarmState } from '@sluice/contracts';
import { evaluateAlarm } from './evaluate-alarm';

type Values = readonly (number | null)[];

const alarm = (settings: Partial<AlarmSettings>): AlarmSettings =>
  alarmSettings.parse({ metric: 'Latency', statistic: 'p99', threshold: 100, ...settings });

const state = (settings: Partial<AlarmSettings>, values: Values, present: AlarmState = 'OK'): AlarmState =>
  evaluateAlarm(alarm({ evaluationPeriods: values.length, ...settings }), values, present).state;

test.each<[AlarmSettings['comparison'], AlarmState, AlarmState, AlarmState]>([
  ['GreaterThanThreshold', 'OK', 'OK', 'ALARM'],
  ['GreaterThanOrEqualToThreshold', 'OK', 'ALARM', 'ALARM'],
  ['LessThanThreshold', 'ALARM', 'OK', 'OK'],
  ['LessThanOrEqualToThreshold', 'ALARM', 'ALARM', 'OK'],
])('%s: below, at and above the threshold', (comparison, below, at, above) => {
  expect([99, 100, 101].map((value) => state({ comparison }, [value]))).toEqual([below, at, above]);
});

test('M of N: so many of the newest periods have to be on the wrong side, in any order', () => {
  expect(state({ datapointsToAlarm: 2 }, [200, 1, 200])).toBe('ALARM');
  expect(state({ datapointsToAlarm: 2 }, [200, 1, 1])).toBe('OK');
  expect(state({}, [200, 200, 1])).toBe('OK');
  expect(state({}, [200, 200, 200])).toBe('ALARM');
});

test.each<[AlarmSettings['treatMissingData'], Values, AlarmState, AlarmState]>([
  ['missing', [null, null], 'OK', 'INSUFFICIENT_DATA'],
  ['missing', [null, 1], 'ALARM', 'OK'],
  ['missing', [null, 200], 'ALARM', 'OK'],
  ['notBreaching', [null, null], 'ALARM', 'OK'],
  ['breaching', [null, null], 'OK', 'ALARM'],
  ['breaching', [null, 200], 'OK', 'ALARM'],
  ['ignore', [null, null], 'ALARM', 'ALARM'],
  ['ignore', [null, 200], 'ALARM', 'ALARM'],
  ['ignore', [null, 200], 'OK', 'OK'],
  ['ignore', [null, 1], 'ALARM', 'OK'],
])('periods without data that count as %s: %j while the alarm is %s', (treatMissingData, values, present, expected) => {
  expect(state({ treatMissingData }, values, present)).toBe(expected);
});

test('the reason says which numbers decided', () => {
  const { reason } = evaluateAlarm(alarm({ evaluationPeriods: 3, datapointsToAlarm: 1 }), [120, null, 80], 'OK');
  expect(reason).toBe(
    '1 of the last 3 datapoints (120, missing, 80) was greater than the threshold (100); it takes 1.',
  );
});
