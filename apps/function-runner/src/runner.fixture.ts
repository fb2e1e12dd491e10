import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadRunnerSettings } from '@sluice/config';
import {
  DEFAULT_FUNCTION_CONFIG,
  type FunctionConfig,
  OUTCOME,
  type Outcome,
  outcomeName,
  SluiceError,
} from '@sluice/contracts';
import { packageSha256, revisionId, RevisionStore } from '@sluice/functions';
import { InvocationClient, type InvocationRequest } from '@sluice/invocation';
import { createLogger, FunctionLogReader, type FunctionLogPage } from '@sluice/logging';
import { MetricsRegistry } from '@sluice/metrics';
import { RedisKeys, RedisRoles } from '@sluice/redis';
import { startTestRedis, waitFor } from '@sluice/testing';
import { build } from 'esbuild';
import { Runner } from './runner';

export interface Answer {
  readonly outcome: Outcome | 'HOST_LOST' | 'NOT_ACCEPTED' | 'STORE_UNAVAILABLE';
  readonly name: string;
  /** The parsed result or error. */
  readonly body: unknown;
  readonly text: string;
  readonly durationUs: number;
  readonly initUs: number;
  readonly elapsedMs: number;
}

export interface UploadedFunction {
  readonly name: string;
  readonly revision: string;
  readonly config: FunctionConfig;
}

export interface TestRunner {
  readonly runner: Runner;
  readonly registry: MetricsRegistry;
  /** Compiles and stores the source, as the control plane does, and names the function. */
  upload(name: string, source: string, config?: Partial<FunctionConfig>): Promise<UploadedFunction>;
  call(fn: UploadedFunction, event?: unknown, changes?: Partial<InvocationRequest>): Promise<Answer>;
  /** Submits and answers the handle that cancels, with the promise of the answer. */
  submit(
    fn: UploadedFunction,
    event: unknown,
    changes?: Partial<InvocationRequest>,
  ): { cancel(): void; answer: Promise<Answer> };
  logs(name: string): Promise<FunctionLogPage>;
  metric(line: string): number;
  stop(): Promise<void>;
}

/** A whole runner in this process, with real Redis and real hosts, and the gateway's side of the queue to call it. */
export async function startTestRunner(environment: Readonly<Record<string, string>> = {}): Promise<TestRunner> {
  const testRedis = await startTestRedis();
  const directory = mkdtempSync(join(tmpdir(), 'sluice-runner-'));
  const settings = loadRunnerSettings({
    REDIS_URL: testRedis.url,
    REDIS_VOLATILE_URL: testRedis.volatileUrl,
    SLUICE_MASTER_KEY: randomBytes(32).toString('base64'),
    SLUICE_DATA_DIR: directory,
    SANDBOX_HOSTS: '2',
    ...environment,
  });
  const logger = createLogger({ name: 'test', level: process.env['TEST_LOG'] === undefined ? 'fatal' : 'debug' });
  const redis = await RedisRoles.connect(settings, { name: 'runner-test' });
  const keys = new RedisKeys();
  const registry = new MetricsRegistry();
  const runner = new Runner({ settings, redis, registry, logger, runnerId: randomUUID() });
  const client = new InvocationClient({
    redis: redis.volatile,
    keys,
    linkKey: settings.masterKey.subKey('link'),
    linkAddress: `unix:${join(directory, 'link.sock')}`,
    logger,
  });
  const store = new RevisionStore({ redis: redis.durable, masterKey: settings.masterKey });
  const reader = new FunctionLogReader({ redis: redis.volatile, keys });
  await Promise.all([runner.start(), client.start()]);

  const submit: TestRunner['submit'] = (fn, event, changes) => {
    const startedAtMs = performance.now();
    let cancel = (): void => undefined;
    const answer = new Promise<Answer>((resolve) => {
      const handle = client.submit(requestFor(fn, event, changes), (settlement) => {
        const elapsedMs = performance.now() - startedAtMs;
        if (settlement instanceof SluiceError) {
          const code = settlement.code as 'HOST_LOST';
          resolve({ outcome: code, name: code, body: null, text: '', durationUs: 0, initUs: 0, elapsedMs });
          return;
        }
        const { outcome, result: text, durationUs, initUs } = settlement;
        resolve({ outcome, name: outcomeName(outcome), body: JSON.parse(text), text, durationUs, initUs, elapsedMs });
      });
      cancel = () => handle.cancel();
    });
    return { cancel, answer };
  };

  return {
    runner,
    registry,
    async upload(name, source, changes = {}) {
      const { code, sourceMap } = await compile(source);
      const uploaded = { code, sourceMap, source: Buffer.from(source), sourceType: 'application/typescript' };
      const sha256 = packageSha256(uploaded);
      const config = { ...DEFAULT_FUNCTION_CONFIG, ...changes };
      const revision = revisionId(sha256, config, {}, settings.masterKey);
      const record = { functionName: name, version: 1, revision, sha256, handlerKind: 'lambda' as const, config };
      await store.stage({ record, environment: {}, package: uploaded }, 600_000);
      return { name, revision, config };
    },
    submit,
    call: (fn, event = {}, changes) => submit(fn, event, changes).answer,
    logs: (name) => reader.read(name, { limit: 1_000_000 }),
    metric: (line) =>
      Number(new RegExp(`^${line.replace(/[{}"]/g, '\\$&')} (\\S+)$`, 'm').exec(registry.render())?.[1] ?? 0),
    async stop() {
      await client.close();
      await runner.close();
      await redis.close();
      await testRedis.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** Pids of hosts in this role. */
export function hostPids({ runner }: TestRunner, role: string): number[] {
  return runner
    .status()
    .hosts.filter((host) => host.role === role)
    .map(({ pid }) => pid);
}

/** Waits until the runner has all its shared hosts and a spare again. */
export async function untilWhole(test: TestRunner): Promise<void> {
  await waitFor(() => hostPids(test, 'shared').length === 2 && hostPids(test, 'spare').length > 0, {
    timeoutMs: 10_000,
  });
}

export const OK = OUTCOME.ok;

function requestFor(fn: UploadedFunction, event: unknown, changes: Partial<InvocationRequest> = {}): InvocationRequest {
  return {
    kind: 'invoke',
    functionName: fn.name,
    revision: fn.revision,
    requestId: randomUUID(),
    event: JSON.stringify(event),
    timeoutMs: fn.config.timeoutMs,
    waitMs: 30_000,
    retryable: false,
    ...changes,
  };
}

async function compile(source: string): Promise<{ code: string; sourceMap: string }> {
  const { outputFiles } = await build({
    stdin: { contents: source, loader: 'ts', sourcefile: 'index.ts' },
    bundle: true,
    write: false,
    format: 'iife',
    globalName: '__sluice_exports',
    sourcemap: 'external',
    target: 'es2024',
    outfile: 'out.js',
  });
  const text = (ending: string): string => outputFiles.find(({ path }) => path.endsWith(ending))?.text ?? '';
  return { code: text('.js'), sourceMap: text('.map') };
}
