import { type UsagePlanRecord } from '@sluice/contracts';
import { type Quota } from './quota';
import { type PercentListener } from './quota-store';

/** What a receiver of alerts is told. */
export interface QuotaAlert {
  readonly type: 'quota.percent-reached';
  readonly usagePlan: string;
  readonly apiKeyId: string;
  readonly percent: number;
  readonly used: number;
  readonly limit: number;
  readonly period: 'DAY' | 'WEEK' | 'MONTH';
  readonly resetsAt: string;
}

export interface QuotaAlertOptions {
  readonly planOf: (planName: string) => UsagePlanRecord | undefined;
  readonly send: (settings: NonNullable<UsagePlanRecord['quotaAlerts']>, alert: QuotaAlert) => void;
  readonly nowMs: () => number;
  readonly epochMs: () => number;
}

/**
 * Tells a plan's owner when a key reaches one of the plan's percentages. The store names every percent to exactly one gateway per
 * period, so an alert is sent once, whichever gateway the request came to.
 */
export function quotaAlerts({ planOf, send, nowMs, epochMs }: QuotaAlertOptions): PercentListener {
  return (quota: Quota, beforePercent, afterPercent) => {
    const settings = planOf(quota.planName)?.quotaAlerts;
    if (settings === undefined) return;
    const { used, limit, resetInMs } = quota.stateAt(nowMs());
    for (const percent of settings.percents) {
      if (percent <= beforePercent || percent > afterPercent) continue;
      send(settings, {
        type: 'quota.percent-reached',
        usagePlan: quota.planName,
        apiKeyId: quota.apiKeyId,
        percent,
        used,
        limit,
        period: quota.settings.period,
        resetsAt: new Date(epochMs() + resetInMs).toISOString(),
      });
    }
  };
}
