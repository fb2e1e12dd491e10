import { Quarantine } from './quarantine';

const SLICE_SAMPLES = 100;
/** Assumed running time of an event of a function that has not finished one yet. */
const UNKNOWN_SLICE_MS = 5;

/** What this runner remembers of a function over all its revisions: how much it computes, and how it behaved. */
export class FunctionProfile {
  readonly quarantine = new Quarantine();
  /** Isolate running time of one event: mean of about the last 100. */
  sliceMs = UNKNOWN_SLICE_MS;
  usedAtMs = 0;
  private samples = 0;

  constructor(readonly name: string) {}

  observeSlice(cpuUs: number): void {
    if (this.samples < SLICE_SAMPLES) this.samples++;
    if (this.samples === 1) this.sliceMs = cpuUs / 1_000;
    else this.sliceMs += (cpuUs / 1_000 - this.sliceMs) / this.samples;
  }
}

const FORGET_AFTER_MS = 60 * 60_000;

/** The profiles of all functions this runner has run lately. */
export class FunctionProfiles {
  private readonly profiles = new Map<string, FunctionProfile>();

  get(name: string): FunctionProfile {
    let profile = this.profiles.get(name);
    if (profile === undefined) this.profiles.set(name, (profile = new FunctionProfile(name)));
    return profile;
  }

  /** Drops what is long unused and has nothing held against it. Returns the names. */
  forgetUnused(nowMs: number): string[] {
    const forgotten: string[] = [];
    for (const [name, profile] of this.profiles) {
      if (nowMs - profile.usedAtMs < FORGET_AFTER_MS || profile.quarantine.holds(nowMs)) continue;
      this.profiles.delete(name);
      forgotten.push(name);
    }
    return forgotten;
  }
}
