import { type CanaryRecord } from '@sluice/contracts';
import { type Redis } from '@sluice/redis';
import { type ConfigurationStore } from '../../configuration/configuration-store';
import { canaryVerdict } from './canary-verdict';
import { addToWindow, type CanaryName, type CanaryPair } from './canary-window';
import { VariantCounts } from './variant-counts';

export interface CanaryWatchOptions {
  readonly configuration: ConfigurationStore;
  /** Volatile. */
  readonly redis: Redis;
  /** Ends the canary of this deployment; one that has ended by then is no error. */
  readonly abort: (api: string, stage: string, deploymentId: string, reason: string) => Promise<void>;
  readonly onError: (message: string, error: unknown) => void;
  readonly intervalMs?: number;
}

interface Watched extends CanaryName {
  readonly counts: CanaryPair<VariantCounts>;
}

/**
 * Ends canaries that do worse than they may. Requests are counted in memory; once a second each gateway adds its counts to those of all
 * gateways and judges the whole. Whoever sees it first ends the canary, by a change of the configuration that only one can make.
 * While Redis is away nothing ends by itself, and what is counted then is lost.
 */
export class CanaryWatch {
  private readonly watched = new Map<string, Watched>();
  private timer: NodeJS.Timeout | null = null;
  private judging = false;
  private failing = false;

  constructor(private readonly options: CanaryWatchOptions) {}

  start(): void {
    this.timer = setInterval(() => void this.judgeAll(), this.options.intervalMs ?? JUDGE_INTERVAL_MS);
  }

  stop(): void {
    if (this.timer !== null) clearInterval(this.timer);
  }

  /** Where requests of a stage and its canary are counted; null = nobody asked for it. The same for as long as the canary lives. */
  countsOf(api: string, stage: string, canary: CanaryRecord | undefined): CanaryPair<VariantCounts> | null {
    if (canary?.abortWhen === undefined) return null;
    const id = idOf(canary);
    const key = `${api} ${stage} ${id}`;
    let watched = this.watched.get(key);
    if (watched === undefined) {
      watched = { api, stage, id, counts: { base: new VariantCounts(), canary: new VariantCounts() } };
      this.watched.set(key, watched);
    }
    return watched.counts;
  }

  private async judgeAll(): Promise<void> {
    if (this.judging) return;
    this.judging = true;
    let failure: unknown = null;
    for (const [key, watched] of this.watched) {
      const canary = this.options.configuration.apis.get(watched.api)?.stages[watched.stage]?.canary;
      if (canary === undefined || idOf(canary) !== watched.id) this.watched.delete(key);
      else await this.judge(watched, canary).catch((error: unknown) => (failure = error));
    }
    if (failure !== null && !this.failing) this.options.onError('a canary cannot be judged now', failure);
    this.failing = failure !== null;
    this.judging = false;
  }

  private async judge({ counts, ...name }: Watched, { deploymentId, abortWhen }: CanaryRecord): Promise<void> {
    if (abortWhen === undefined) return;
    const { base, canary } = await addToWindow(this.options.redis, name, abortWhen.windowSeconds, counts);
    const reason = canaryVerdict(canary, base, abortWhen);
    if (reason !== null) await this.options.abort(name.api, name.stage, deploymentId, reason);
  }
}

const JUDGE_INTERVAL_MS = 1_000;

function idOf({ deploymentId, startedAt }: CanaryRecord): string {
  return `${deploymentId}-${startedAt}`;
}
