const keyPartBytesMax = 512;

/**
 * Every Redis key of the platform is made here and nowhere else. Text of a user is escaped, so it can neither reach another key nor
 * open a hash tag. Keys that one script touches share a hash tag (`{…}`), so they would live on one node of a cluster.
 * (d) = durable role, (v) = volatile role.
 */
export class RedisKeys {
  constructor(private readonly prefix = 'sluice:') {}

  // Configuration: one script changes record, version and change stream, so all carry one tag.

  /** (d) hash: name → record, of one kind (`functions`, `apis`, `usage-plans` …). */
  configRecords(kind: string): string {
    return this.tagged('config', `${kind}s`);
  }

  /** (d) hash: deployment id → deployment, all that are kept of an API. */
  deployments(apiName: string): string {
    return this.tagged(tag('api', apiName), 'deployments');
  }

  /** (d) hash: deployment id → what a list shows of it. */
  deploymentIndex(apiName: string): string {
    return this.tagged(tag('api', apiName), 'deployment-index');
  }

  /** (v) hash with a TTL: what a canary and the stage beside it answered lately, counted by all gateways. */
  canaryWindow(apiName: string, stage: string, canaryId: string): string {
    return this.tagged(tag('api', apiName), 'canary', stage, canaryId);
  }

  /** (d) number: raised by every change. */
  configVersion(): string {
    return this.tagged('config', 'version');
  }

  /** (d) bounded stream: one entry per change, its id tells the version. */
  configChanges(): string {
    return this.tagged('config', 'changes');
  }

  /** (d) pub/sub channel: the new version, for gateways that are awake. */
  configChannel(): string {
    return this.tagged('config', 'channel');
  }

  // Functions

  /** (d) string: the immutable revision record. */
  revision(functionName: string, revisionId: string): string {
    return this.tagged(tag('fn', functionName), 'revision', revisionId);
  }

  /** (d) hash: a deployment package (code, source map, upload as sent) by the hash of its content. */
  package(functionName: string, sha256: string): string {
    return this.tagged(tag('fn', functionName), 'package', sha256);
  }

  /** (v) stream: log records of the function, in blocks. */
  functionLogs(functionName: string): string {
    return this.tagged(tag('fn', functionName), 'logs');
  }

  /** (v) hash: what the function's log holds and what was trimmed from it. */
  functionLogTotals(functionName: string): string {
    return this.tagged(tag('fn', functionName), 'log-totals');
  }

  /** (v) sorted set: function names by the bytes of their logs. */
  functionLogSizes(): string {
    return this.plain('function-log-sizes');
  }

  /** (v) string: V8 code cache of a revision for one engine. */
  codeCache(functionName: string, revisionId: string, engine: string): string {
    return this.tagged(tag('fn', functionName), 'code-cache', revisionId, engine);
  }

  // Invocations

  /** (v) string: an event too large for its batch. */
  payload(payloadId: string): string {
    return this.tagged(tag('payload', payloadId));
  }

  /** (v) BullMQ's own keys start with this; the tag keeps a queue's keys together. */
  queuePrefix(kind: 'sync' | 'async', shard: number): string {
    return this.tagged(`${kind}:${shard}`);
  }

  // Response cache: entries of one path are in one part, and what a script needs of it is in one slot.

  /** (v) hash: field → kept answer. */
  cacheEntries(part: number): string {
    return this.tagged(`cache:${part}`, 'entries');
  }

  /** (v) sorted set: field → when the answer expires. */
  cacheExpiry(part: number): string {
    return this.tagged(`cache:${part}`, 'expiry');
  }

  /** (v) number: bytes that the answers of the part take. */
  cacheBytes(part: number): string {
    return this.tagged(`cache:${part}`, 'bytes');
  }

  /** (v) hash with a TTL: who fetches an answer. */
  cacheLock(part: number, field: string): string {
    return this.tagged(`cache:${part}`, 'lock', field);
  }

  /** (v) number with a TTL: raised when all answers of a path become old. Paths share them: 4,096 in each part. */
  cacheEpoch(part: number, bucket: string): string {
    return this.tagged(`cache:${part}`, 'epoch', bucket);
  }

  /** (v) pub/sub channel: answers that were fetched or became old. */
  cacheChannel(): string {
    return this.plain('cache-channel');
  }

  // Access

  /** (d) string (JSON): the root access key, made once. */
  root(): string {
    return this.tagged('iam', 'root');
  }

  /** (d) hash: access key id → when and for what it was last used. */
  accessKeyUses(): string {
    return this.tagged('iam', 'access-key-uses');
  }

  /** (v) string with a TTL: a signature that has changed something. */
  usedSignature(fingerprint: string): string {
    return this.plain('used-signature', fingerprint);
  }

  // Throttling: a request takes from all its buckets or from none, so all buckets are in one slot; so is all that a request is counted in.

  /** (v) string with a TTL: tokens of a bucket and when they were counted; absent = full. */
  bucket(scope: string, ...parts: readonly string[]): string {
    return this.tagged('throttle', scope, ...parts);
  }

  /** (d) hash with a TTL: requests of an API key under a usage plan in the present period. */
  quota(planName: string, apiKeyId: string): string {
    return this.tagged('usage', 'quota', planName, apiKeyId);
  }

  /** (d) hash with a TTL: requests of one day (days since 1970, UTC) by plan, API key and API. */
  usageOfDay(day: number): string {
    return this.tagged('usage', 'day', String(day));
  }

  /** (d) hash: API key id → when it was last used. */
  apiKeysLastUsed(): string {
    return this.tagged('usage', 'api-keys-last-used');
  }

  // Metrics

  /** (d) hash with a TTL: series → what a writer measured of it in one stretch of time, which starts at an epoch second. */
  metrics(resolutionSeconds: number, startSeconds: number, writer: string): string {
    return this.plain('metrics', String(resolutionSeconds), String(startSeconds), writer);
  }

  /** (d) sorted set: the stretches there are of a resolution, by their start. */
  metricIndex(resolutionSeconds: number): string {
    return this.tagged('metrics', 'index', String(resolutionSeconds));
  }

  /** (d) hash: stretch → its bytes. */
  metricSizes(): string {
    return this.tagged('metrics', 'sizes');
  }

  /** (d) sorted set: series by when they were last measured. */
  metricSeries(): string {
    return this.tagged('metrics', 'series');
  }

  /** (d) hash: how far each resolution is rolled up. */
  metricState(): string {
    return this.tagged('metrics', 'state');
  }

  /** (d) set: stretches that got data after they were rolled up. */
  metricLate(): string {
    return this.tagged('metrics', 'late');
  }

  /** (d) hash: alarm → its state. */
  alarmStates(): string {
    return this.tagged('alarms', 'states');
  }

  /** (d) list: transitions of an alarm, newest first. */
  alarmHistory(alarmName: string): string {
    return this.tagged('alarms', 'history', alarmName);
  }

  // The installation and its processes

  /** (v) string with a TTL: the one process that does a work of which there is one. */
  lease(work: string): string {
    return this.plain('lease', work);
  }

  /** (d) string (JSON): schema version and the id of the master key all data is encrypted under. */
  install(): string {
    return this.plain('install');
  }

  /** (v) string with a TTL: a live process and what it has applied. */
  heartbeat(role: 'gateway' | 'runner', processId: string): string {
    return this.plain('heartbeat', role, processId);
  }

  /** (v) The live processes of a role. Runners: sorted set, id by last heartbeat. Gateways: hash, id → applied configuration version and time. */
  heartbeats(role: 'gateway' | 'runner'): string {
    return this.plain('heartbeats', role);
  }

  /** All keys of one tag are in one slot. */
  private tagged(hashTag: string, ...parts: readonly string[]): string {
    return [`${this.prefix}{${hashTag}}`, ...parts.map(escapeKeyPart)].join(':');
  }

  private plain(...parts: readonly string[]): string {
    return this.prefix + parts.map(escapeKeyPart).join(':');
  }
}

function tag(kind: string, text: string): string {
  return `${kind}:${escapeKeyPart(text)}`;
}

/** Percent-escapes everything but letters, digits and `_ . -`; two texts never give one key. */
function escapeKeyPart(text: string): string {
  if (text === '' || text.length > keyPartBytesMax) throw new RangeError('A Redis key part is empty or too long.');
  return text.replace(/[^A-Za-z0-9_.-]/gu, (character) =>
    Array.from(Buffer.from(character), (byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );
}
