import { increase } from './api-series';
import { FUNCTION_COUNTER, FUNCTION_DISTRIBUTION, FUNCTION_PEAK } from './metric-catalogue';
import { type RecordedSeries, type SeriesRecorder } from './series-recorder';
import { type Sketch } from './sketch';

/** A function has few versions with traffic at a time; old ones make room here. */
const VERSIONS_HELD_MAX = 16;

/** Records the invocations of one function: each in the series of its version, concurrency in the function's own. */
export class FunctionSeries {
  private readonly whole: RecordedSeries;
  private readonly versions = new Map<number, RecordedSeries>();
  private inFlight = 0;

  constructor(
    private readonly recorder: SeriesRecorder,
    private readonly name: string,
  ) {
    this.whole = recorder.series({ kind: 'function', function: name });
  }

  /** An invocation is under way until `ended`. */
  started(): void {
    this.inFlight++;
    this.notePeak();
  }

  ended(): void {
    // One that ran past the end of a minute was at once with the others of the next.
    this.notePeak();
    this.inFlight--;
  }

  /** Once per invocation that ran. `queueWaitMs` is 0 where nobody waited to see it. */
  record(version: number, failed: boolean, coldStart: boolean, durationMs: number, queueWaitMs: number): void {
    const { counters, distributions } = this.version(version).present;
    increase(counters, FUNCTION_COUNTER.invocations, 1);
    if (failed) increase(counters, FUNCTION_COUNTER.errors, 1);
    if (coldStart) increase(counters, FUNCTION_COUNTER.coldStarts, 1);
    (distributions[FUNCTION_DISTRIBUTION.duration] as Sketch).add(durationMs);
    if (queueWaitMs > 0) (distributions[FUNCTION_DISTRIBUTION.queueWait] as Sketch).add(queueWaitMs);
  }

  /** Refused because too many were under way; it did not run. */
  throttled(version: number): void {
    increase(this.version(version).present.counters, FUNCTION_COUNTER.throttles, 1);
  }

  private notePeak(): void {
    const { peaks } = this.whole.present;
    if (this.inFlight > (peaks[FUNCTION_PEAK.concurrentExecutions] as number))
      peaks[FUNCTION_PEAK.concurrentExecutions] = this.inFlight;
  }

  private version(version: number): RecordedSeries {
    let series = this.versions.get(version);
    if (series === undefined) {
      if (this.versions.size >= VERSIONS_HELD_MAX) this.versions.clear();
      series = this.recorder.series({ kind: 'function', function: this.name, version: String(version) });
      this.versions.set(version, series);
    }
    return series;
  }
}
