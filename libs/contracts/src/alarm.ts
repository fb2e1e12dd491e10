import { z } from 'zod';
import { LIMITS } from './limits';

export const alarmName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, "-" or "_"');

/** CloudWatch's names. */
export const ALARM_STATES = ['OK', 'ALARM', 'INSUFFICIENT_DATA'] as const;
export type AlarmState = (typeof ALARM_STATES)[number];

export const alarmAction = z.strictObject({
  type: z.literal('webhook'),
  url: z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }).max(2_048),
  /** Deliveries are signed with it. Never shown again; left out, the present one of the same URL is kept. */
  secret: z.string().min(16, 'must have at least 16 characters').max(256).optional(),
  /** The states it tells of. */
  states: z.array(z.enum(ALARM_STATES)).min(1).default(['ALARM', 'OK']),
});

const dimension = z.string().min(1).max(1_024).optional();
const DAY_SECONDS = 86_400;

/** What `PUT /v1/alarms/{alarm}` takes. Names and meanings are those of CloudWatch's PutMetricAlarm. */
export const alarmSettings = z
  .strictObject({
    description: z.string().max(1_024).optional(),
    metric: z.string(),
    statistic: z.string(),
    dimensions: z
      .strictObject({
        api: dimension,
        stage: dimension,
        route: dimension,
        method: dimension,
        resource: dimension,
        function: dimension,
        version: dimension,
      })
      .default({}),
    periodSeconds: z.int().min(60).max(DAY_SECONDS).multipleOf(60).default(60),
    threshold: z.number(),
    comparison: z
      .enum([
        'GreaterThanThreshold',
        'GreaterThanOrEqualToThreshold',
        'LessThanThreshold',
        'LessThanOrEqualToThreshold',
      ])
      .default('GreaterThanThreshold'),
    /** N: the newest periods that are looked at. */
    evaluationPeriods: z.int().min(1).max(1_440).default(1),
    /** M: how many of them have to be on the wrong side; absent = all. */
    datapointsToAlarm: z.int().min(1).optional(),
    treatMissingData: z.enum(['missing', 'notBreaching', 'breaching', 'ignore']).default('missing'),
    actions: z.array(alarmAction).max(LIMITS.alarmActionsMax).default([]),
  })
  .superRefine(({ periodSeconds, evaluationPeriods, datapointsToAlarm = 1 }, context) => {
    if (datapointsToAlarm > evaluationPeriods)
      context.addIssue({
        code: 'custom',
        path: ['datapointsToAlarm'],
        message: `must be at most evaluationPeriods (${evaluationPeriods})`,
      });
    if (periodSeconds * evaluationPeriods > DAY_SECONDS)
      context.addIssue({
        code: 'custom',
        path: ['evaluationPeriods'],
        message: 'times periodSeconds must be at most a day (86400)',
      });
  });
export type AlarmSettings = z.infer<typeof alarmSettings>;
export type AlarmAction = AlarmSettings['actions'][number];

/** An alarm, as every gateway holds it in memory. Its state is not part of it. */
export interface AlarmRecord {
  readonly schema: 1;
  readonly name: string;
  /** With the secrets of its actions encrypted. */
  readonly settings: AlarmSettings;
  readonly createdAt: string;
  readonly updatedAt: string;
}
