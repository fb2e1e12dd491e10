import { z } from 'zod';
import { accessLogSettings } from './access-log';
import { cacheSetting } from './cache-settings';
import { clientAddressSettings, throttleSettings } from './throttle-settings';

/** The stage every API has; its name is no part of the public address. */
export const DEFAULT_STAGE = '$default';

export const stageName = z
  .string()
  .regex(/^(\$default|[A-Za-z0-9_-]{1,128})$/, 'must be "$default" or 1 to 128 letters, digits, "-" or "_"');

/** AWS: at most 100, names ≤ 64, values ≤ 512 of these characters. */
export const stageVariables = z
  .record(
    z.string().regex(/^[A-Za-z0-9_]{1,64}$/, 'must be 1 to 64 letters, digits or "_"'),
    z
      .string()
      .max(512)
      .regex(/^[A-Za-z0-9\-._~:/?#&=,]*$/, 'may hold letters, digits and -._~:/?#&=,'),
  )
  .refine((variables) => Object.keys(variables).length <= 100, 'may have at most 100 variables');
export type StageVariables = z.infer<typeof stageVariables>;

const deploymentId = z.string().regex(/^[a-z0-9]{1,32}$/, 'must be the id of a deployment');

export const canarySettings = z.strictObject({
  /** Absent = the newest. */
  deploymentId: deploymentId.optional(),
  percentTraffic: z.number().min(0).max(100),
  /** Over the stage's own. */
  variables: stageVariables.default({}),
  /** Shares the stage's cache. */
  useStageCache: z.boolean().default(false),
  /** Ends the canary by itself when it does worse than this; one of the four measures at least. */
  abortWhen: z
    .strictObject({
      /** Share of its requests answered 5xx. */
      errorPercent: z.number().min(0).max(100).optional(),
      /** The same, over the share of the stage's own requests: percentage points. */
      errorPercentOverBase: z.number().min(0).max(100).optional(),
      p99Ms: z.number().positive().optional(),
      /** Its p99 by the stage's own: 2 = twice as slow. */
      p99TimesBase: z.number().gt(1).max(1_000).optional(),
      /** Fewer requests in the window say nothing; of the stage's own too, where they are compared with. */
      minimumRequests: z.int().min(1).max(1_000_000).default(20),
      windowSeconds: z.int().min(5).max(3_600).default(15),
    })
    .refine(
      ({ errorPercent, errorPercentOverBase, p99Ms, p99TimesBase }) =>
        [errorPercent, errorPercentOverBase, p99Ms, p99TimesBase].some((measure) => measure !== undefined),
      'must have "errorPercent", "errorPercentOverBase", "p99Ms" or "p99TimesBase"',
    )
    .optional(),
});
export type CanarySettings = z.infer<typeof canarySettings>;
export type CanaryAbortSettings = NonNullable<CanarySettings['abortWhen']>;

/** What `PUT /v1/apis/{api}/stages/{stage}` takes. Settings act at once; no deployment is needed. */
export const stageSettings = z.strictObject({
  /** Absent = the one it has; of a new stage the newest. */
  deploymentId: deploymentId.optional(),
  description: z.string().max(1_024).optional(),
  variables: stageVariables.default({}),
  cache: cacheSetting.optional(),
  throttle: throttleSettings.optional(),
  clientAddresses: clientAddressSettings.optional(),
  /** By route key, over what the deployment says. */
  routes: z
    .record(z.string(), z.strictObject({ cache: cacheSetting.optional(), throttle: throttleSettings.optional() }))
    .default({}),
  /** Absent = none: a canary that is there ends. */
  canary: canarySettings.optional(),
  accessLog: accessLogSettings.optional(),
});
export type StageSettings = z.infer<typeof stageSettings>;
