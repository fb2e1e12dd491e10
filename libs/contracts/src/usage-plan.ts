import { z } from 'zod';
import { stageName } from './api/stage';
import { throttleSettings } from './api/throttle-settings';
import { LIMITS } from './limits';

export const usagePlanName = z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'must be 1 to 64 letters, digits, "-" or "_"');

/** Days after the natural start of a period that AWS accepts as its offset. */
const OFFSET_MAX = { DAY: 0, WEEK: 6, MONTH: 27 } as const;

export const quotaSettings = z
  .strictObject({
    /** Requests of each API key per period. */
    limit: z.int().min(1).max(LIMITS.quotaRequestsMax),
    /** In UTC; a week begins on Sunday. */
    period: z.enum(['DAY', 'WEEK', 'MONTH'], { error: 'must be "DAY", "WEEK" or "MONTH"' }),
    /** Days after its natural start at which a period begins. */
    offset: z.int().min(0).default(0),
  })
  .superRefine(({ period, offset }, context) => {
    if (offset > OFFSET_MAX[period])
      context.addIssue({
        code: 'custom',
        path: ['offset'],
        message: `must be 0 to ${OFFSET_MAX[period]} with the period ${period}`,
      });
  });
export type QuotaSettings = z.infer<typeof quotaSettings>;

/** Tells somebody when a key has used so much of its quota: once per percentage, key and period, over all gateways. */
export const quotaAlertSettings = z.strictObject({
  percents: z.array(z.int().min(1).max(100)).min(1).max(10),
  url: z.url({ protocol: /^https?$/, error: 'must be an http(s) URL' }).max(2_048),
  /** Deliveries are signed with it. Never shown again; left out, the present one is kept. */
  secret: z.string().min(16, 'must have at least 16 characters').max(256).optional(),
});

/** A price per million requests, for requests up to that many in a calendar month; only the last tier has no end. */
const priceTier = z.strictObject({
  upToRequests: z.int().min(1).nullable(),
  microDollarsPerMillion: z.int().min(0).max(1_000_000_000_000),
});
export type PriceTier = z.infer<typeof priceTier>;

export const priceTiers = z
  .array(priceTier)
  .min(1)
  .max(20)
  .superRefine((tiers, context) => {
    tiers.forEach(({ upToRequests }, index) => {
      const isLast = index === tiers.length - 1;
      const before = tiers[index - 1]?.upToRequests ?? 0;
      const message =
        isLast && upToRequests !== null
          ? 'must be null in the last tier: it has no end'
          : !isLast && (upToRequests === null || upToRequests <= before)
            ? 'must be more than in the tier before; only the last tier has no end'
            : null;
      if (message !== null) context.addIssue({ code: 'custom', path: [index, 'upToRequests'], message });
    });
  });

/** AWS's prices of REST API requests: 3.50, 2.80, 2.38 and 1.51 dollars per million. */
export const DEFAULT_PRICE_TIERS: readonly PriceTier[] = [
  { upToRequests: 333_000_000, microDollarsPerMillion: 3_500_000 },
  { upToRequests: 1_000_000_000, microDollarsPerMillion: 2_800_000 },
  { upToRequests: 20_000_000_000, microDollarsPerMillion: 2_380_000 },
  { upToRequests: null, microDollarsPerMillion: 1_510_000 },
];

const planStage = z.strictObject({
  api: z.string().regex(/^[a-z0-9-]{1,64}$/, 'must be the name of an API'),
  stage: stageName.default('$default'),
  /** By route key: a bucket of its own per key, instead of the plan's. */
  routes: z.record(z.string(), throttleSettings).default({}),
});
export type PlanStage = z.infer<typeof planStage>;

/** What `PUT /v1/usage-plans/{plan}` takes: which stages its API keys open, and how often. */
export const usagePlanSettings = z.strictObject(
  {
    description: z.string().max(1_024).optional(),
    stages: z
      .array(planStage)
      .max(LIMITS.planStagesMax)
      .refine((stages) => new Set(stages.map(stageKeyOf)).size === stages.length, 'names a stage twice'),
    /** Of each API key, over all stages together. */
    throttle: throttleSettings.optional(),
    quota: quotaSettings.optional(),
    quotaAlerts: quotaAlertSettings.optional(),
    /** Absent = AWS's. */
    priceTiers: priceTiers.optional(),
  },
  { error: 'must be a JSON object with "stages"' },
);
export type UsagePlanSettings = z.infer<typeof usagePlanSettings>;

/** What `PATCH /v1/usage-plans/{plan}/keys/{key}/usage` takes. */
export const usageGrant = z.strictObject(
  {
    /** Beyond the plan's limit, in the present period. */
    extraRequests: z.int().min(0).max(LIMITS.quotaRequestsMax),
  },
  { error: 'must be a JSON object with "extraRequests"' },
);

/** A usage plan as every gateway holds it in memory. */
export interface UsagePlanRecord extends Omit<UsagePlanSettings, 'quotaAlerts'> {
  readonly schema: 1;
  readonly name: string;
  /** With its secret encrypted. */
  readonly quotaAlerts?: { readonly percents: readonly number[]; readonly url: string; readonly sealedSecret?: string };
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** One name for a stage of an API. */
export function stageKeyOf({ api, stage }: { readonly api: string; readonly stage: string }): string {
  return `${api}/${stage}`;
}
