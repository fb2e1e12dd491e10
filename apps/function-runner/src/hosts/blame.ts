/** What is known when a host died, or said that it must be replaced. Functions are named by their names. */
export interface HostDeath {
  /** The host's own last word: the isolate it named, or null for "I cannot tell". undefined = it said nothing. */
  readonly fault: { readonly functionName: string | null } | undefined;
  /** The one function that lives in a solo host. */
  readonly soleFunction: string | null;
  /** Memory grew by a good part of the host's budget while only this function ran. */
  readonly grewWhileAlone: string | null;
  /** All invocations past their last deadline were this function's. */
  readonly onlyRunaway: string | null;
  /** Functions that had invocations in the host. */
  readonly executing: ReadonlySet<string>;
  /** SIGKILL that we did not send, to a host far from its memory limit: no guest can do that, an operator can. */
  readonly killedFromOutside: boolean;
}

export interface Verdict {
  /** The function the evidence names. */
  readonly named: string | null;
  /** Without evidence, everything that was executing. Never both. */
  readonly suspects: readonly string[];
  /** It died alone in a solo host: this counts for its circuit. */
  readonly countsForCircuit: boolean;
}

/** Only evidence names a function; without it all that were executing are suspects, which costs them a while alone and nothing more. */
export function judge(death: HostDeath): Verdict {
  if (death.killedFromOutside) return { named: null, suspects: [], countsForCircuit: false };
  const named = death.soleFunction ?? death.fault?.functionName ?? death.onlyRunaway ?? death.grewWhileAlone ?? null;
  if (named === null) return { named, suspects: [...death.executing], countsForCircuit: false };
  return { named, suspects: [], countsForCircuit: death.soleFunction !== null };
}

const QUARANTINE_MS = 5 * 60_000;
const QUARANTINE_CLEAN_INVOCATIONS = 100;
const CIRCUIT_DEATHS = 3;
const CIRCUIT_WINDOW_MS = 60_000;
const CIRCUIT_OPEN_MS = 60_000;

/**
 * One function's record with this runner: whether it must run alone, and whether it may run at all.
 * Times are the runner's monotonic clock in ms.
 */
export class FunctionStanding {
  private quarantinedAtMs: number | null = null;
  private cleanInvocations = 0;
  private soloDeathsAtMs: number[] = [];
  private openedAtMs: number | null = null;
  private trialRunning = false;

  /** Named or suspected: it runs in a solo host until 100 invocations or 5 minutes are clean. */
  quarantine(nowMs: number): void {
    this.quarantinedAtMs = nowMs;
    this.cleanInvocations = 0;
  }

  /** It ended its solo host. The third time in a minute opens the circuit, and so does a failed trial. */
  soloDeath(nowMs: number): void {
    this.quarantine(nowMs);
    this.soloDeathsAtMs = this.soloDeathsAtMs.filter((atMs) => nowMs - atMs < CIRCUIT_WINDOW_MS);
    this.soloDeathsAtMs.push(nowMs);
    if (this.trialRunning || this.soloDeathsAtMs.length >= CIRCUIT_DEATHS) {
      this.openedAtMs = nowMs;
      this.soloDeathsAtMs = [];
      this.trialRunning = false;
    }
  }

  mustRunAlone(nowMs: number): boolean {
    if (this.quarantinedAtMs === null) return false;
    if (this.cleanInvocations < QUARANTINE_CLEAN_INVOCATIONS && nowMs - this.quarantinedAtMs < QUARANTINE_MS)
      return true;
    this.quarantinedAtMs = null;
    return false;
  }

  /** `trial`: the circuit's minute is over and this one invocation decides whether it closes. */
  admit(nowMs: number): 'run' | 'trial' | 'refuse' {
    if (this.openedAtMs === null) return 'run';
    if (this.trialRunning || nowMs - this.openedAtMs < CIRCUIT_OPEN_MS) return 'refuse';
    this.trialRunning = true;
    return 'trial';
  }

  /** An invocation came back from a solo host that still lives. */
  clean(): void {
    this.cleanInvocations++;
  }

  /** The trial came back: the circuit closes. */
  trialPassed(): void {
    this.openedAtMs = null;
    this.trialRunning = false;
  }

  /** The trial never started; the next invocation is the trial. */
  trialAbandoned(): void {
    this.trialRunning = false;
  }

  get circuitOpen(): boolean {
    return this.openedAtMs !== null;
  }

  /** Nothing to remember: a fresh record would say the same. */
  spotless(nowMs: number): boolean {
    return (
      this.openedAtMs === null &&
      !this.mustRunAlone(nowMs) &&
      this.soloDeathsAtMs.every((atMs) => nowMs - atMs > CIRCUIT_WINDOW_MS)
    );
  }
}
