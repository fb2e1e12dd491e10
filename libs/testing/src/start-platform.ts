import { importTool } from './import-tool';

/** A whole platform: the processes `npm start` runs, on free ports. It ends with the test process, however that ends. */
export interface StartedPlatform {
  readonly publicUrl: string;
  readonly adminUrl: string;
  readonly runnerUrl: string;
  readonly rootKey: { readonly accessKeyId: string; readonly secretAccessKey: string };
  /** Of the start program; its processes announce theirs in `<dataDir>/run`. */
  readonly pid: number;
  readonly dataDir: string;
  /** What it printed so far. */
  readonly output: () => string;
  /** Drains, ends everything, and removes the data directory unless one was given. */
  readonly stop: () => Promise<void>;
  /** SIGKILL to the start program. The data directory stays. */
  readonly kill9: () => Promise<void>;
}

export interface StartPlatformOptions {
  /** Settings beside the free ports and the data directory. */
  readonly env?: Readonly<Record<string, string>>;
  /** Default: a temporary one. */
  readonly dataDir?: string;
}

interface StartPlatformModule {
  readonly startPlatform: (options: StartPlatformOptions) => Promise<StartedPlatform>;
}

export async function startPlatform(options: StartPlatformOptions = {}): Promise<StartedPlatform> {
  const { startPlatform: start } = await importTool<StartPlatformModule>('platform/start-platform.mjs');
  return start(options);
}
