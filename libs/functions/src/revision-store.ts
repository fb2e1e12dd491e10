import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { type FunctionEnvironment, type LoadedRevision, type RevisionRecord } from '@sluice/contracts';
import { type MasterKey } from '@sluice/config';
import { LuaScript, RedisKeys, type Redis } from '@sluice/redis';
import { type DeploymentPackage } from './deployment-package';

export interface StagedRevision {
  readonly record: Omit<RevisionRecord, 'schema' | 'environment'>;
  readonly environment: FunctionEnvironment;
  readonly package: DeploymentPackage;
}

export interface PackageSource {
  readonly source: Buffer;
  readonly sourceType: string;
}

/**
 * Deployment packages and revision records in durable Redis. Both are named by their content and never change, so a runner
 * loads a revision once and never asks what is current.
 *
 * An upload is staged with a time to live before it is probed, and kept when its version is committed; what an upload leaves
 * behind when it fails, or a version when it is dropped, goes away by itself.
 */
export class RevisionStore {
  private readonly redis: Redis;
  private readonly masterKey: MasterKey;

  constructor({ redis, masterKey }: { readonly redis: Redis; readonly masterKey: MasterKey }) {
    this.redis = redis;
    this.masterKey = masterKey;
  }

  /** Afterwards runners can load the revision, for `ttlMs` unless it is kept or was kept before. */
  async stage({ record, environment, package: uploaded }: StagedRevision, ttlMs: number): Promise<void> {
    const { functionName, revision, sha256 } = record;
    const stored: RevisionRecord = {
      ...record,
      schema: 1,
      environment:
        Object.keys(environment).length === 0
          ? null
          : this.masterKey.encrypt(JSON.stringify(environment), environmentAad(functionName, revision)),
    };
    const [sourceMap, source] = await Promise.all([compress(uploaded.sourceMap), compress(uploaded.source)]);
    await STAGE.run(
      this.redis,
      [keys.package(functionName, sha256), keys.revision(functionName, revision)],
      [ttlMs, uploaded.code, sourceMap, source, uploaded.sourceType, JSON.stringify(stored)],
    );
  }

  /** Makes a staged revision permanent. False when it has expired meanwhile: stage it again. */
  async keep(functionName: string, revision: string, sha256: string): Promise<boolean> {
    const kept = await KEEP.run(
      this.redis,
      [keys.package(functionName, sha256), keys.revision(functionName, revision)],
      [],
    );
    return kept === 1;
  }

  /** Lets revisions and packages go in `ttlMs`; whoever was just told to run one has that long to load it. */
  async expire(
    functionName: string,
    dropped: { readonly revisions: Iterable<string>; readonly packages: Iterable<string> },
    ttlMs: number,
  ): Promise<void> {
    const pipeline = this.redis.pipeline();
    for (const revision of dropped.revisions) pipeline.pexpire(keys.revision(functionName, revision), ttlMs);
    for (const sha256 of dropped.packages) pipeline.pexpire(keys.package(functionName, sha256), ttlMs);
    for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
  }

  /** Everything a runner needs, in clear; null when there is no such revision. */
  async load(functionName: string, revision: string): Promise<LoadedRevision | null> {
    const record = await this.record(functionName, revision);
    if (record === null) return null;
    const code = await this.redis.hget(keys.package(functionName, record.sha256), 'code');
    if (code === null) return null;
    const { version, sha256, handlerKind, config } = record;
    const environment = this.openEnvironment(record);
    return { functionName, version, revision, sha256, handlerKind, config, environment, code };
  }

  /** The variables of a revision in clear; null when there is no such revision. */
  async loadEnvironment(functionName: string, revision: string): Promise<FunctionEnvironment | null> {
    const record = await this.record(functionName, revision);
    return record === null ? null : this.openEnvironment(record);
  }

  /** The whole package; null when there is none. */
  async loadPackage(functionName: string, sha256: string): Promise<DeploymentPackage | null> {
    const key = keys.package(functionName, sha256);
    const [code, sourceMap, source, sourceType] = await this.redis.hmgetBuffer(
      key,
      'code',
      'sourceMap',
      'source',
      'sourceType',
    );
    if (!code || !sourceMap || !source || !sourceType) return null;
    return {
      code: code.toString(),
      sourceMap: (await decompress(sourceMap)).toString(),
      source: await decompress(source),
      sourceType: sourceType.toString(),
    };
  }

  /** JSON of the source map, or null when there is no such package. */
  async loadSourceMap(functionName: string, sha256: string): Promise<string | null> {
    const sourceMap = await this.redis.hgetBuffer(keys.package(functionName, sha256), 'sourceMap');
    return sourceMap === null ? null : (await decompress(sourceMap)).toString();
  }

  /** The upload as it was sent, or null when there is no such package. */
  async loadSource(functionName: string, sha256: string): Promise<PackageSource | null> {
    const key = keys.package(functionName, sha256);
    const [source, sourceType] = await this.redis.hmgetBuffer(key, 'source', 'sourceType');
    if (!source || !sourceType) return null;
    return { source: await decompress(source), sourceType: sourceType.toString() };
  }

  private async record(functionName: string, revision: string): Promise<RevisionRecord | null> {
    const text = await this.redis.get(keys.revision(functionName, revision));
    if (text === null) return null;
    const record = JSON.parse(text) as RevisionRecord;
    if (record.schema !== 1) {
      throw new Error(`revision ${revision} of ${functionName} was written by a newer version of Sluice`);
    }
    return record;
  }

  private openEnvironment(record: RevisionRecord): FunctionEnvironment {
    if (record.environment === null) return {};
    const aad = environmentAad(record.functionName, record.revision);
    return JSON.parse(this.masterKey.decrypt(record.environment, aad)) as FunctionEnvironment;
  }
}

const keys = new RedisKeys();
const STAGE = LuaScript.load(__dirname, 'stage-revision-2.lua');
const KEEP = LuaScript.load(__dirname, 'keep-revision-2.lua');
const compress = promisify<string | Buffer, Buffer>(gzip);
const decompress = promisify<Buffer, Buffer>(gunzip);

/** Binds the ciphertext to its place: moved under another function or revision it does not open. */
function environmentAad(functionName: string, revision: string): string {
  return `environment:${functionName}:${revision}`;
}
