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
