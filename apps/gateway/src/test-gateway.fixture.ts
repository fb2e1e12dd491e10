import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadGatewaySettings, MasterKey } from '@sluice/config';
import { OUTCOME } from '@sluice/contracts';
import { InvocationWorker, type ReceivedInvocation } from '@sluice/invocation';
import { createLogger } from '@sluice/logging';
import { closeRedis, RedisKeys, RedisRoles } from '@sluice/redis';
import { type TestRedis } from '@sluice/testing';
import { Gateway } from './gateway';

export const TEST_MASTER_KEY = Buffer.alloc(32, 7).toString('base64');
export const TEST_CREDENTIALS = {
  accessKeyId: 'AKIATESTTESTTESTTEST',
  secretAccessKey: 'a-secret-of-the-specs-0123456789',
};
const LINK_KEY = MasterKey.parse(TEST_MASTER_KEY).subKey('link');

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The text as JSON; empty when it is none. */
  readonly body: AnswerBody;
}

/** The members of the control plane's answers, whichever answer it is; a spec reads those it expects. */
export interface AnswerBody {
  readonly name: string;
  readonly version: number;
  readonly revision: string;
  readonly sha256: string;
  readonly environmentNames: readonly string[];
  readonly functions: readonly AnswerBody[];
  readonly versions: readonly AnswerBody[];
  readonly nextCursor?: string;
  readonly files: Readonly<Record<string, string>>;
  readonly deploymentId: string;
  readonly code: string;
  readonly message: string;
  readonly Message: string;
  readonly requestId: string;
  readonly details: readonly { readonly path: string; readonly message: string }[];
}

export interface TestGateway {
  readonly adminUrl: string;
  readonly publicUrl: string;
  /** Where `TLS_PORT` is set. */
  readonly tlsUrl: string | undefined;
  /** A request with the root key by Basic; `as: null` sends no credentials. */
  request(method: string, path: string, options?: RequestOptions): Promise<Answer>;
  stop(): Promise<void>;
}

interface RequestOptions {
  readonly body?: string | Buffer;
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly as?: null;
}

const logger = createLogger({ name: 'spec', level: 'fatal' });

/** A whole gateway on free ports; what is behind the queue is the spec's (`startScriptedRunner`). */
export async function startTestGateway(
  redis: TestRedis,
  environment: Record<string, string> = {},
): Promise<TestGateway> {
  const dataDirectory = mkdtempSync(join(tmpdir(), 'sluice-gateway-spec-'));
  const settings = loadGatewaySettings({
    REDIS_URL: redis.url,
    REDIS_VOLATILE_URL: redis.volatileUrl,
    SLUICE_MASTER_KEY: TEST_MASTER_KEY,
    SLUICE_DATA_DIR: dataDirectory,
    SLUICE_ROOT_ACCESS_KEY_ID: TEST_CREDENTIALS.accessKeyId,
    SLUICE_ROOT_SECRET_ACCESS_KEY: TEST_CREDENTIALS.secretAccessKey,
    PUBLIC_PORT: '0',
    ADMIN_PORT: '0',
    LINK_PORT: '0',
    ACCESS_LOG: 'off',
    ...environment,
  });
  const roles = await RedisRoles.connect(settings, { name: 'spec' });
  const gateway = new Gateway({ settings, redis: roles, logger, gatewayId: randomUUID() });
  const { adminUrl, publicUrl, tlsUrl } = await gateway.start();
  return {
    adminUrl,
    publicUrl,
    tlsUrl,
    request: (method, path, options = {}) => request(adminUrl + path, method, options),
    async stop() {
      await gateway.stop(5_000);
      await roles.close();
      rmSync(dataDirectory, { recursive: true, force: true });
    },
  };
}

/** The runner's end of the real queue and link, with what a runner does replaced by `onInvocation`. */
export async function startScriptedRunner(
  redis: TestRedis,
  onInvocation: (invocation: ReceivedInvocation) => void = answerEverything,
): Promise<{ stop(): Promise<void> }> {
  const roles = await RedisRoles.connect(
    { redisUrl: redis.url, redisVolatileUrl: redis.volatileUrl },
    { name: 'spec-runner' },
  );
  const blockingRedis = roles.forBlocking('volatile', 'sync-queue');
  const worker = new InvocationWorker({
    redis: roles.volatile,
    blockingRedis,
    keys: new RedisKeys(),
    linkKey: LINK_KEY,
    runnerId: randomUUID(),
    logger,
    inFlightMax: 100,
    onInvocation,
  });
  await worker.start();
  return {
    async stop() {
      await worker.close();
      await closeRedis(blockingRedis);
      await roles.close();
    },
  };
}

/** Probes pass; an invocation is answered with its own event. */
export function answerEverything(invocation: ReceivedInvocation): void {
  const head = { durationUs: 1_000, initUs: 0 };
  const probe = JSON.stringify({ ok: true, handlerKind: 'lambda', initMs: 1 });
  invocation.answer(OUTCOME.ok, head, invocation.kind === 'probe' ? probe : invocation.event);
}

async function request(url: string, method: string, { body, json, headers = {}, as }: RequestOptions): Promise<Answer> {
  const { accessKeyId, secretAccessKey } = TEST_CREDENTIALS;
  const response = await fetch(url, {
    method,
    headers: {
      ...(as === null ? {} : { authorization: `Basic ${btoa(`${accessKeyId}:${secretAccessKey}`)}` }),
      ...(json === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, body: parse(text) };
}

function parse(text: string): AnswerBody {
  try {
    return JSON.parse(text) as AnswerBody;
  } catch {
    return {} as AnswerBody;
  }
}
