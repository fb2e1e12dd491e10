import { createWriteStream, mkdirSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Writable } from 'node:stream';

export interface LineWriterOptions {
  /** A file path, or the stream to write to. */
  readonly target: string | Writable;
  /** A file that is larger is renamed to `file.1` and so on; only for files. Default 256 MiB. */
  readonly fileBytesMax?: number;
  /** Files kept, the one being written included. Default 4. */
  readonly filesMax?: number;
  /** What may wait in memory for a slow disk; beyond it lines are dropped and counted. Default 16 MiB. */
  readonly waitingBytesMax?: number;
}

const BLOCK_CHARS = 64 * 1024;
const FLUSH_MS = 100;
const MIB = 1024 * 1024;

/**
 * Writes lines in blocks of at least 64 KiB or 100 ms, so that a line costs one string concatenation.
 * A target that cannot follow loses lines, counted in `dropped`, and never memory or requests.
 */
export class LineWriter {
  private block = '';
  private stream: Writable;
  private fileBytes = 0;
  private droppedLines = 0;
  private timer: NodeJS.Timeout | null = null;
  private readonly path: string | null;
  private readonly fileBytesMax: number;
  private readonly filesMax: number;
  private readonly waitingBytesMax: number;

  constructor(private readonly options: LineWriterOptions) {
    this.path = typeof options.target === 'string' ? options.target : null;
    this.fileBytesMax = options.fileBytesMax ?? 256 * MIB;
    this.filesMax = Math.max(1, options.filesMax ?? 4);
    this.waitingBytesMax = options.waitingBytesMax ?? 16 * MIB;
    this.stream = this.open();
  }

  /** Lines lost so far because the target could not follow. */
  get dropped(): number {
    return this.droppedLines;
  }

  /** `line` has no line break at its end. Never throws, never waits. */
  writeLine(line: string): void {
    if (this.stream.writableLength + this.block.length > this.waitingBytesMax) {
      this.droppedLines++;
      return;
    }
    this.block += line + '\n';
    if (this.block.length >= BLOCK_CHARS) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), FLUSH_MS);
  }

  flush(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    if (this.block === '') return;
    const block = Buffer.from(this.block, 'utf8');
    this.block = '';
    if (this.path !== null && this.fileBytes > 0 && this.fileBytes + block.length > this.fileBytesMax)
      this.rotate(this.path);
    this.fileBytes += block.length;
    this.stream.write(block);
  }

  /** Resolves when everything written before is handed to the system. */
  async close(): Promise<void> {
    this.flush();
    if (this.path === null) {
      if (this.stream.writableLength > 0) await new Promise<void>((resolve) => this.stream.write('', () => resolve()));
      return;
    }
    await new Promise<void>((resolve) => this.stream.end(() => resolve()));
  }

  private open(): Writable {
    if (this.path === null) return this.options.target as Writable;
    mkdirSync(dirname(this.path), { recursive: true });
    this.fileBytes = statSync(this.path, { throwIfNoEntry: false })?.size ?? 0;
    // Opened now, not later: a rename then moves the file this stream writes.
    const stream = createWriteStream(this.path, { fd: openSync(this.path, 'a', 0o640), highWaterMark: MIB });
    stream.on('error', () => undefined); // a full disk must not end the process; what is lost shows in `dropped` once the stream backs up
    return stream;
  }

  /** `file` → `file.1` → `file.2` …; the oldest goes. The old stream still writes what it holds: a rename does not move its file. */
  private rotate(path: string): void {
    this.stream.end();
    rmSync(`${path}.${this.filesMax - 1}`, { force: true });
    for (let index = this.filesMax - 2; index >= 0; index--) {
      const from = index === 0 ? path : `${path}.${index}`;
      if (statSync(from, { throwIfNoEntry: false }) !== undefined) renameSync(from, `${path}.${index + 1}`);
    }
    if (this.filesMax === 1) rmSync(path, { force: true });
    this.stream = this.open();
  }
}
