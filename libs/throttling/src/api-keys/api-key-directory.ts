import { hash, timingSafeEqual } from 'node:crypto';
import { stageKeyOf, type ApiKeyRecord, type PlanStage, type UsagePlanRecord } from '@sluice/contracts';
import { type Bucket } from '../buckets/bucket';
import { type BucketDirectory } from '../buckets/bucket-directory';
import { Quota } from '../quotas/quota';
import { type PlanUse } from '../quotas/quota-store';

/** What an API key may do at one stage: everything a request with it is limited by and counted as. */
export interface StageAccess {
  readonly apiKeyId: string;
  readonly plan: UsagePlanRecord;
  readonly use: PlanUse;
  /** The plan's bucket of this key for a route: the route's own, else the plan's; null = the plan sets no rate. */
  bucketOf(routeKey: string): Bucket | null;
}

interface KeyEntry {
  readonly record: ApiKeyRecord;
  /** By stage; made when a request first needs it. Absent = no plan of the key has the stage. */
  readonly access: Map<string, StageAccess | null>;
  readonly quotas: Map<string, Quota>;
}

interface Fingerprint {
  readonly entry: KeyEntry;
  readonly sha256: Buffer;
  readonly acceptedUntilMs: number;
}

const NOBODY = Buffer.alloc(32);

/**
 * Every API key and what it opens, in memory: a request asks nobody. An unknown value, a disabled or expired key and a key of other
 * stages take the same work and get the same answer: one SHA-256, one look-up, one comparison in constant time.
 */
export class ApiKeyDirectory {
  private readonly entries = new Map<string, KeyEntry>();
  private readonly byHash = new Map<string, Fingerprint>();
  private readonly plans = new Map<string, UsagePlanRecord>();

  constructor(
    private readonly buckets: BucketDirectory,
    private readonly epochMs: () => number,
  ) {}

  setKey(id: string, record: ApiKeyRecord | null): void {
    const present = this.entries.get(id);
    if (present !== undefined) for (const sha256 of hashesOf(present.record)) this.byHash.delete(sha256);
    if (record === null) {
      this.entries.delete(id);
      return;
    }
    const entry: KeyEntry = { record, access: new Map(), quotas: new Map() };
    this.entries.set(id, entry);
    const expiresAtMs = record.expiresAt === undefined ? Infinity : Date.parse(record.expiresAt);
    const { previous } = record;
    if (previous !== undefined) {
      const acceptedUntilMs = Math.min(expiresAtMs, Date.parse(previous.acceptedUntil));
      this.byHash.set(previous.sha256, { entry, sha256: Buffer.from(previous.sha256, 'hex'), acceptedUntilMs });
    }
    this.byHash.set(record.sha256, { entry, sha256: Buffer.from(record.sha256, 'hex'), acceptedUntilMs: expiresAtMs });
  }

  setPlan(name: string, record: UsagePlanRecord | null): void {
    if (record === null) this.plans.delete(name);
    else this.plans.set(name, record);
    for (const { record: key, access, quotas } of this.entries.values()) {
      if (!key.usagePlans.includes(name)) continue;
      access.clear();
      quotas.delete(name);
    }
  }

  /** Replaces everything. */
  setAll(plans: Iterable<UsagePlanRecord>, keys: Iterable<ApiKeyRecord>): void {
    for (const map of [this.plans, this.entries, this.byHash]) map.clear();
    for (const plan of plans) this.plans.set(plan.name, plan);
    for (const key of keys) this.setKey(key.id, key);
  }

  /** Whether another key has this value already; two keys of one value could not be told apart. */
  ownerOf(sha256: string): string | undefined {
    return this.byHash.get(sha256)?.entry.record.id;
  }

  /** What the value opens at the stage, or null when it opens nothing there. */
  find(value: string, apiName: string, stage: string): StageAccess | null {
    const presented = hash('sha256', value, 'buffer');
    const found = this.byHash.get(presented.toString('hex'));
    const matches = timingSafeEqual(presented, found?.sha256 ?? NOBODY);
    if (found === undefined || !matches || !found.entry.record.enabled) return null;
    if (this.epochMs() >= found.acceptedUntilMs) return null;
    return this.accessOf(found.entry, apiName, stage);
  }

  private accessOf(entry: KeyEntry, apiName: string, stage: string): StageAccess | null {
    const stageKey = stageKeyOf({ api: apiName, stage });
    let access = entry.access.get(stageKey);
    if (access === undefined) {
      access = this.makeAccess(entry, apiName, stageKey);
      // Only stages that exist are asked for, so this is as bounded as they are.
      entry.access.set(stageKey, access);
    }
    return access;
  }

  private makeAccess({ record, quotas }: KeyEntry, apiName: string, stageKey: string): StageAccess | null {
    for (const planName of record.usagePlans) {
      const plan = this.plans.get(planName);
      const planStage = plan?.stages.find((candidate) => stageKeyOf(candidate) === stageKey);
      if (plan === undefined || planStage === undefined) continue;
      let quota = quotas.get(planName) ?? null;
      if (quota === null && plan.quota !== undefined)
        quotas.set(planName, (quota = new Quota(planName, record.id, plan.quota)));
      return {
        apiKeyId: record.id,
        plan,
        use: { planName, apiKeyId: record.id, apiName, quota },
        bucketOf: this.bucketsOf(record.id, plan, planStage),
      };
    }
    return null;
  }

  /** AWS's precedence: a limit of the plan for the route stands instead of the plan's own. */
  private bucketsOf(keyId: string, plan: UsagePlanRecord, stage: PlanStage): StageAccess['bucketOf'] {
    const own = plan.throttle && this.buckets.of('plan', [plan.name, keyId], plan.throttle);
    const ofRoutes = new Map(
      Object.entries(stage.routes).map(([route, limits]) => [
        route,
        this.buckets.of('plan-route', [plan.name, keyId, stage.api, stage.stage, route], limits),
      ]),
    );
    return (routeKey) => ofRoutes.get(routeKey) ?? own ?? null;
  }
}

function hashesOf({ sha256, previous }: ApiKeyRecord): string[] {
  return previous === undefined ? [sha256] : [sha256, previous.sha256];
}
