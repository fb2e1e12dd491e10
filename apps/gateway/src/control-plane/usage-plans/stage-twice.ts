import { stageKeyOf, type PlanStage, type UsagePlanRecord } from '@sluice/contracts';

/** A stage that two of a key's plans open, or null. As on AWS there may be none: which plan's limits held would be a guess. */
export function stageTwice(
  planNames: readonly string[],
  plans: ReadonlyMap<string, UsagePlanRecord>,
): { readonly stage: PlanStage; readonly plan: string; readonly otherPlan: string } | null {
  const openedBy = new Map<string, string>();
  for (const plan of planNames) {
    for (const stage of plans.get(plan)?.stages ?? []) {
      const otherPlan = openedBy.get(stageKeyOf(stage));
      if (otherPlan !== undefined && otherPlan !== plan) return { stage, plan, otherPlan };
      openedBy.set(stageKeyOf(stage), plan);
    }
  }
  return null;
}
