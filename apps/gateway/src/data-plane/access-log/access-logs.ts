import { join } from 'node:path';
import { type GatewaySettings } from '@sluice/config';
import { LIMITS, type AccessLogSettings } from '@sluice/contracts';
import {
  compileLineFormat,
  formatTemplate,
  HttpLineSink,
  isJsonTemplate,
  LineWriter,
  type LineFormat,
} from '@sluice/logging';
import { type AccessLogEntry } from './access-log-entry';
import { accessLogVariable } from './access-log-variables';
import { malformedLine, sluiceLine } from './sluice-line';

/** Where lines go, and what they look like. */
export interface AccessLog {
  /** Never throws, never waits. */
  write(entry: AccessLogEntry): void;
}

export interface AccessLogsOptions {
  readonly target: GatewaySettings['accessLog'];
  readonly dataDirectory: string;
  /** POSTs lines. Answers why the receiver will never take them, if so; rejects where a later attempt may do. */
  readonly post: (url: string, contentType: string, lines: string) => Promise<Error | null>;
  readonly onError: (message: string, error: unknown) => void;
}

interface Sink {
  writeLine(line: string): void;
  readonly dropped: number;
  close(): Promise<void>;
}

/** The access logs of all stages. Stages that log to the same place share one writer. */
export class AccessLogs {
  /** Of requests without a stage, and of stages without a setting; null = the operator wants none. */
  readonly usual: AccessLog | null;
  private readonly sinks = new Map<string, Sink>();
  /** A stage has one setting for its ten thousand routes. */
  private readonly logs = new WeakMap<AccessLogSettings, AccessLog>();

  constructor(private readonly options: AccessLogsOptions) {
    this.usual = this.open({ format: 'sluice', destination: 'default' });
  }

  /** The log of a stage; null = it has none. */
  of(settings: AccessLogSettings | undefined): AccessLog | null {
    if (settings === undefined) return this.usual;
    const log = this.logs.get(settings) ?? this.open(settings);
    if (log !== null) this.logs.set(settings, log);
    return log;
  }

  private open({ destination, format }: AccessLogSettings): AccessLog | null {
    const template = formatTemplate(format);
    const sink = this.sinkOf(destination, format === 'sluice' || isJsonTemplate(template));
    if (sink === null) return null;
    const lineOf: LineFormat<AccessLogEntry> =
      format === 'sluice' ? sluiceLine : compileLineFormat(template, accessLogVariable);
    return { write: (entry) => sink.writeLine(lineOf(entry)) };
  }

  /** A connection that never got as far as a request. */
  writeMalformed(requestId: string, status: number, code: string, sourceIp: string): void {
    this.sinkOf('default', true)?.writeLine(malformedLine(requestId, status, code, sourceIp));
  }

  /** Lines lost so far because a target could not follow. */
  get dropped(): number {
    let dropped = 0;
    for (const sink of this.sinks.values()) dropped += sink.dropped;
    return dropped;
  }

  async close(): Promise<void> {
    await Promise.all([...this.sinks.values()].map((sink) => sink.close()));
  }

  private sinkOf(destination: AccessLogSettings['destination'], isJson: boolean): Sink | null {
    const { target } = this.options;
    if (typeof destination === 'object') return this.receiver(destination.url, isJson);
    if (destination === 'default') return target.kind === 'off' ? null : this.sinkOf(target.kind, isJson);
    if (destination === 'stdout') return this.shared('stdout', () => new LineWriter({ target: process.stdout }));
    return destination === 'file' ? this.shared('file', () => this.openFile()) : null;
  }

  private receiver(url: string, isJson: boolean): Sink {
    const contentType = isJson ? 'application/x-ndjson' : 'text/plain; charset=utf-8';
    const { post, onError } = this.options;
    return this.shared(
      `${contentType} ${url}`,
      () =>
        new HttpLineSink({
          post: (lines) => post(url, contentType, lines),
          waitingBytesMax: LIMITS.accessLogWaitingBytesMax,
          onError: (error) => onError(`access logs cannot be sent to ${new URL(url).origin}`, error),
        }),
    );
  }

  private openFile(): Sink {
    const { target, dataDirectory } = this.options;
    if (target.kind !== 'file') return new LineWriter({ target: join(dataDirectory, 'logs', 'access.log') });
    const { path, fileBytesMax, rotatedFilesMax } = target;
    return new LineWriter({ target: path, fileBytesMax, filesMax: rotatedFilesMax + 1 });
  }

  private shared(name: string, open: () => Sink): Sink {
    let sink = this.sinks.get(name);
    if (sink === undefined) this.sinks.set(name, (sink = open()));
    return sink;
  }
}
