import { LIMITS } from '@sluice/contracts';
import { RecentlyUsed } from '../recently-used';
import { type Decision } from './decision';

/** The part of the decisions that one purge is about. */
export interface DecisionScope {
  readonly apiName: string;
  readonly stage: string;
}

export interface Purge extends DecisionScope {
  /** Absent = everybody. */
  readonly principalId?: string;
}

interface Entry {
  readonly scope: DecisionScope;
  readonly decision: Decision;
  readonly expiresAtMs: number;
}

/**
 * Decisions of function authorizers, in this gateway's memory. Errors are never kept, nor is a decision whose function was asked
 * before a purge and answered after it.
 */
export class DecisionCache {
  private readonly entries = new RecentlyUsed<Entry>(LIMITS.authorizerDecisionsMax, LIMITS.authorizerDecisionBytesMax);
  private readonly underWay = new Map<string, Promise<Decision>>();
  private purges = 0;

  constructor(private readonly nowMs: () => number) {}

  get(key: string): Decision | null {
    const entry = this.entries.get(key);
    if (entry === undefined) return null;
    if (this.nowMs() < entry.expiresAtMs) return entry.decision;
    this.entries.delete(key);
    return null;
  }

  /** Asks once for all who ask the same while it is under way, and keeps the answer. */
  ask(
    key: string,
    routeArn: string,
    scope: DecisionScope,
    ttlMs: number,
    ask: () => Promise<Decision>,
  ): Promise<Decision> {
    const question = `${key}\n${routeArn}`;
    const present = this.underWay.get(question);
    if (present !== undefined) return present;
    const purges = this.purges;
    const asked = ask()
      .then((decision) => {
        if (purges === this.purges) {
          const expiresAtMs = this.nowMs() + ttlMs;
          this.entries.set(key, { scope, decision, expiresAtMs }, decision.weight);
        }
        return decision;
      })
      .finally(() => {
        if (this.underWay.get(question) === asked) this.underWay.delete(question);
      });
    this.underWay.set(question, asked);
    return asked;
  }

  purge({ apiName, stage, principalId }: Purge): void {
    this.purges++;
    // Who asks from now on must not get an answer from before.
    this.underWay.clear();
    this.entries.deleteWhere(
      ({ scope, decision }) =>
        scope.apiName === apiName &&
        scope.stage === stage &&
        (principalId === undefined || decision.authorization.principalId === principalId),
    );
  }

  purgeAll(): void {
    this.purges++;
    this.underWay.clear();
    this.entries.clear();
  }
}
