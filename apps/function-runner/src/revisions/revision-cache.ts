import { type LoadedRevision } from '@sluice/contracts';
import { type FunctionProfiles } from '../hosts/function-profile';
import { type InvocationMetrics } from '../invocations/invocation-metrics';
import { CANARY_REVISION } from './canary-revision';
import { RunnableRevision, type CodeCache } from './runnable-revision';

export interface RevisionCacheOptions {
  readonly load: (functionName: string, revision: string) => Promise<LoadedRevision | null>;
  /** null when there is none that verifies. */
  readonly loadCodeCache: (functionName: string, sha256: string) => Promise<CodeCache | null>;
  /** The hosts are to forget it. */
  readonly onEvicted: (revision: RunnableRevision) => void;
  readonly profiles: FunctionProfiles;
  readonly metrics: InvocationMetrics;
  readonly bytesMax: number;
  readonly nowMs: () => number;
}

/** null: there is no such revision, or it could not be loaded. */
export type OnLoaded = (revision: RunnableRevision | null) => void;

/** How long a revision that is not there, or could not be loaded, is not asked for again. */
const ABSENT_MS = 1_000;
const ABSENT_KEPT = 10_000;

/** The revisions this runner runs, by use. A revision never changes, so what is here is never asked for again. */
export class RevisionCache {
  private readonly revisions = new Map<string, RunnableRevision>();
  private readonly loading = new Map<string, OnLoaded[]>();
  private readonly absentUntilMs = new Map<string, number>();
  private readonly canary: RunnableRevision;
  private bytes = 0;
  private uses = 0;
  private handles = 0;

  constructor(private readonly options: RevisionCacheOptions) {
    const { functionName } = CANARY_REVISION;
    this.canary = new RunnableRevision(++this.handles, CANARY_REVISION, options.profiles.get(functionName), null);
  }

  /** The built-in function that proves the path. */
  get canaryRevision(): RunnableRevision {
    return this.canary;
  }

  /** Calls back once, in this turn when it is at hand. One load per revision is in flight. */
  get(functionName: string, revision: string, onLoaded: OnLoaded): void {
    const key = `${functionName}\0${revision}`;
    const known = this.revisions.get(key);
    if (known !== undefined) {
      known.usedAt = ++this.uses;
      onLoaded(known);
      return;
    }
    const loading = this.loading.get(key);
    if (loading !== undefined) {
      loading.push(onLoaded);
      return;
    }
    if ((this.absentUntilMs.get(key) ?? 0) > this.options.nowMs()) {
      onLoaded(null);
      return;
    }
    this.loading.set(key, [onLoaded]);
    void this.load(key, functionName, revision);
  }

  /** Fresh from the store and not kept: an upload is probed before anybody may call it. Rejects when the store is away. */
  async loadForProbe(functionName: string, revision: string): Promise<RunnableRevision | null> {
    const loaded = await this.options.load(functionName, revision);
    if (loaded === null) return null;
    this.absentUntilMs.delete(`${functionName}\0${revision}`);
    return new RunnableRevision(++this.handles, loaded, this.options.profiles.get(functionName), null);
  }

  /** Lets go of everything of a function that has not run for long. */
  forget(functionName: string): void {
    for (const [key, revision] of this.revisions) if (revision.profile.name === functionName) this.evict(key, revision);
  }

  private async load(key: string, functionName: string, revision: string): Promise<void> {
    const runnable = await this.loadRunnable(functionName, revision).catch(() => null);
    const waiting = this.loading.get(key) ?? [];
    this.loading.delete(key);
    if (runnable === null) this.rememberAbsent(key);
    else {
      this.makeRoom(runnable.bytes);
      runnable.usedAt = ++this.uses;
      this.revisions.set(key, runnable);
      this.bytes += runnable.bytes;
    }
    for (const onLoaded of waiting) onLoaded(runnable);
  }

  private async loadRunnable(functionName: string, revision: string): Promise<RunnableRevision | null> {
    const { load, loadCodeCache, profiles, metrics } = this.options;
    const loaded = await load(functionName, revision);
    if (loaded === null) return null;
    const runnable = new RunnableRevision(
      ++this.handles,
      loaded,
      profiles.get(functionName),
      metrics.ofRevision(functionName),
    );
    // A cold start without its code cache is slower and nothing else.
    runnable.codeCache = await loadCodeCache(functionName, loaded.sha256).catch(() => null);
    return runnable;
  }

  private rememberAbsent(key: string): void {
    const nowMs = this.options.nowMs();
    if (this.absentUntilMs.size >= ABSENT_KEPT) {
      for (const [absent, untilMs] of this.absentUntilMs) if (untilMs <= nowMs) this.absentUntilMs.delete(absent);
      if (this.absentUntilMs.size >= ABSENT_KEPT) this.absentUntilMs.clear();
    }
    this.absentUntilMs.set(key, nowMs + ABSENT_MS);
  }

  /** Evicts the least recently used that nobody waits for. */
  private makeRoom(bytes: number): void {
    if (this.bytes + bytes <= this.options.bytesMax) return;
    const byUse = [...this.revisions].sort(([, a], [, b]) => a.usedAt - b.usedAt);
    for (const [key, revision] of byUse) {
      if (this.bytes + bytes <= this.options.bytesMax * 0.9) return;
      if (revision.outstanding > 0) continue;
      this.evict(key, revision);
    }
  }

  private evict(key: string, revision: RunnableRevision): void {
    this.revisions.delete(key);
    this.bytes -= revision.bytes;
    this.options.onEvicted(revision);
  }
}
