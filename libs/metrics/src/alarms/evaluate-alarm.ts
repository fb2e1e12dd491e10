import { type AlarmSettings, type AlarmState } from '@sluice/contracts';

export interface Evaluation {
  readonly state: AlarmState;
  /** One sentence: the numbers that decided. */
  readonly reason: string;
}

type Comparison = AlarmSettings['comparison'];

const COMPARE: Readonly<Record<Comparison, (value: number, threshold: number) => boolean>> = {
  GreaterThanThreshold: (value, threshold) => value > threshold,
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};
const WORDS: Readonly<Record<Comparison, string>> = {
  GreaterThanThreshold: 'greater than',
  GreaterThanOrEqualToThreshold: 'greater than or equal to',
  LessThanThreshold: 'less than',
  LessThanOrEqualToThreshold: 'less than or equal to',
};

/**
 * The state of an alarm after its newest periods; `values` has one of each, oldest first, null where there was no data.
 * As CloudWatch: M of the N on the wrong side of the threshold make an alarm; periods without data count as the alarm says.
 */
export function evaluateAlarm(
  settings: AlarmSettings,
  values: readonly (number | null)[],
  present: AlarmState,
): Evaluation {
  const {
    comparison,
    threshold,
    treatMissingData,
    evaluationPeriods,
    datapointsToAlarm = evaluationPeriods,
  } = settings;
  const known = values.filter((value) => value !== null);
  const missing = values.length - known.length;
  const wrong = known.filter((value) => COMPARE[comparison](value, threshold)).length;
  const counted = wrong + (treatMissingData === 'breaching' ? missing : 0);
  const verdict =
    `${counted} of the last ${values.length} datapoints (${values.map((value) => value ?? 'missing').join(', ')}) ` +
    `${counted === 1 ? 'was' : 'were'} ${WORDS[comparison]} the threshold (${threshold}); it takes ${datapointsToAlarm}.`;
  if (counted >= datapointsToAlarm) return { state: 'ALARM', reason: verdict };
  if (treatMissingData === 'missing' && known.length === 0)
    return { state: 'INSUFFICIENT_DATA', reason: `None of the last ${values.length} periods has data.` };
  // Without knowing the missing ones it could be either.
  if (treatMissingData === 'ignore' && missing > 0 && (known.length === 0 || wrong + missing >= datapointsToAlarm))
    return { state: present, reason: verdict };
  return { state: 'OK', reason: verdict };
}
