import { originalPositionFor, TraceMap } from '@jridgewell/trace-mapping';
import { BUNDLE_SCRIPT_NAME } from '@sluice/sandbox';

export interface StackMapperOptions {
  /** JSON of the package's source map; null or a rejection when there is none. */
  readonly loadSourceMap: (functionName: string, sha256: string) => Promise<string | null>;
}

/** A place in an uploaded file; line and column count from 1. */
export interface SourcePosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

const MAPS_KEPT = 64;
const POSITIONS_KEPT = 1_000;
const BUNDLE_POSITION = new RegExp(`${escapeRegExp(BUNDLE_SCRIPT_NAME)}:(\\d+):(\\d+)`, 'g');
/** V8 writes one where a call crosses the isolate's boundary; it means nothing to the function's author. */
const BOUNDARY_FRAME = /,"\s*at \(<isolated-vm boundary>\)"/g;

/**
 * Turns places in the bundle into places in the uploaded files. It works on the JSON text of an error: neither the bundle's
 * name nor the names of uploaded files hold anything that JSON escapes, so nothing is parsed.
 */
export class StackMapper {
  private readonly positions = new Map<string, BundlePositions>();
  private readonly loading = new Map<string, Promise<BundlePositions>>();

  constructor(private readonly options: StackMapperOptions) {}

  /** Calls back once: in this turn when the map is at hand or not needed, else when it is loaded. Never fails. */
  map(functionName: string, sha256: string, errorText: string, done: (mapped: string) => void): void {
    if (!errorText.includes(BUNDLE_SCRIPT_NAME)) {
      done(errorText);
      return;
    }
    const key = `${functionName}\0${sha256}`;
    const known = this.positions.get(key);
    if (known !== undefined) done(known.rewrite(errorText));
    else void this.load(key, functionName, sha256).then((positions) => done(positions.rewrite(errorText)));
  }

  /** The first place of the upload that a stack names, and the stack rewritten. */
  async locate(
    functionName: string,
    sha256: string,
    stack: string,
  ): Promise<{ position: SourcePosition | null; stack: string }> {
    const positions = await this.load(`${functionName}\0${sha256}`, functionName, sha256);
    return { position: positions.first(stack), stack: positions.rewrite(stack) };
  }

  private load(key: string, functionName: string, sha256: string): Promise<BundlePositions> {
    const known = this.positions.get(key);
    if (known !== undefined) return Promise.resolve(known);
    let loading = this.loading.get(key);
    if (loading === undefined) {
      loading = this.loadNow(key, functionName, sha256).finally(() => this.loading.delete(key));
      this.loading.set(key, loading);
    }
    return loading;
  }

  private async loadNow(key: string, functionName: string, sha256: string): Promise<BundlePositions> {
    try {
      const json = await this.options.loadSourceMap(functionName, sha256);
      const positions = new BundlePositions(json === null ? null : new TraceMap(json));
      if (this.positions.size >= MAPS_KEPT) this.positions.delete(this.positions.keys().next().value ?? '');
      this.positions.set(key, positions);
      return positions;
    } catch {
      return new BundlePositions(null); // shown unmapped; the next error tries again
    }
  }
}

/** Positions of one bundle, each looked up once. */
class BundlePositions {
  private readonly known = new Map<string, string>();

  constructor(private readonly map: TraceMap | null) {}

  rewrite(text: string): string {
    return text
      .replace(BUNDLE_POSITION, (place, line: string, column: string) => {
        let shown = this.known.get(place);
        if (shown === undefined) {
          const position = this.original(Number(line), Number(column));
          shown =
            position === null
              ? `function.js:${line}:${column}`
              : `${position.file}:${position.line}:${position.column}`;
          if (this.known.size < POSITIONS_KEPT) this.known.set(place, shown);
        }
        return shown;
      })
      .replace(BOUNDARY_FRAME, '');
  }

  first(text: string): SourcePosition | null {
    for (const [, line, column] of text.matchAll(BUNDLE_POSITION)) {
      const position = this.original(Number(line), Number(column));
      if (position !== null) return position;
    }
    return null;
  }

  private original(line: number, column: number): SourcePosition | null {
    if (this.map === null || line < 1) return null;
    const found = originalPositionFor(this.map, { line, column: Math.max(0, column - 1) });
    return found.source === null ? null : { file: found.source, line: found.line, column: found.column + 1 };
  }
}

function escapeRegExp(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
