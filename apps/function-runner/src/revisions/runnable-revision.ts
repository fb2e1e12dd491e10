import { type LoadedRevision } from '@sluice/contracts';
import { type HostRevision } from '@sluice/sandbox';
import { Circuit } from '../hosts/circuit';
import { type FunctionProfile } from '../hosts/function-profile';
import { type RevisionMetrics } from '../invocations/invocation-metrics';

/** Machine code V8 made of a package before, and the only hosts it fits. */
export interface CodeCache {
  readonly hostKey: string;
  readonly bytes: Buffer;
}

/** A revision as this runner holds it: loaded once, named to its hosts by a handle. */
export class RunnableRevision {
  readonly hostRevision: HostRevision;
  readonly circuit = new Circuit();
  /** Invocations of it that are not answered: it is not evicted while there are any. */
  outstanding = 0;
  /** Position in the order of use. */
  usedAt = 0;
  codeCache: CodeCache | null = null;
  private readonly homeHash: number;
  private homeOf = { slots: 0, home: 0 };

  constructor(
    readonly handle: number,
    readonly loaded: LoadedRevision,
    readonly profile: FunctionProfile,
    /** null: kept out of metrics and logs. */
    readonly metrics: RevisionMetrics | null,
  ) {
    const { functionName, version, revision, config, environment } = loaded;
    const { memoryMb, cpuMs, concurrency, maxConcurrency } = config;
    this.hostRevision = { functionName, version, revision, memoryMb, cpuMs, concurrency, maxConcurrency, environment };
    this.homeHash = fnv1a(`${functionName}\0${revision}`);
  }

  get bytes(): number {
    return this.loaded.code.length + (this.codeCache?.bytes.length ?? 0) + 2_048;
  }

  /** Rendezvous hashing over the slots: every slot keeps its revisions when the number of slots changes by one. */
  homeSlot(slots: number): number {
    if (this.homeOf.slots !== slots) this.homeOf = { slots, home: this.chooseHome(slots) };
    return this.homeOf.home;
  }

  private chooseHome(slots: number): number {
    let home = 0;
    let highest = -1;
    for (let slot = 0; slot < slots; slot++) {
      const weight = mix(this.homeHash ^ Math.imul(slot + 1, 0x9e3779b1));
      if (weight > highest) {
        highest = weight;
        home = slot;
      }
    }
    return home;
  }
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash;
}

/** MurmurHash3's finaliser. */
function mix(value: number): number {
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}
