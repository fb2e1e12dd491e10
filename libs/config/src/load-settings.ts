import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { MasterKey } from './master-key';
import { type Environment, readSettings, type SettingValues } from './read-settings';
import { type TrustedProxies } from './setting-kinds';
import { type SettingReader } from './setting-table';
import { type AccessKeyPair, readCredentialsFile, readPasswordFile, withRedisPassword } from './secret-files';
import { SettingsError } from './settings-error';

interface PlatformSettings {
  readonly bindAddress: string;
  readonly dataDirectory: string;
  readonly redisUrl: string;
  readonly redisVolatileUrl: string;
  readonly masterKey: MasterKey;
  readonly logLevel: SettingValues['logLevel'];
  readonly shutdownGraceMs: number;
  /** To be logged once: names that look like settings and are none. */
  readonly warnings: readonly string[];
}

/** Where this gateway listens for answers and what it tells runners to connect to. */
export type LinkListen =
  | { readonly kind: 'unix'; readonly path: string; readonly advertised: string }
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly advertised: string | undefined };

export type AccessLogTarget =
  | { readonly kind: 'off' }
  | { readonly kind: 'stdout' }
  | { readonly kind: 'file'; readonly path: string; readonly fileBytesMax: number; readonly rotatedFilesMax: number };

/** The public listener for https, and what it shows to clients that ask for no custom domain. */
export interface TlsListen {
  readonly port: number;
  readonly defaultCertificate: { readonly certFile: string; readonly keyFile: string } | null;
}

export interface TracingSettings {
  readonly endpoint: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly serviceName: string;
  readonly ratio: number;
}

export interface GatewaySettings extends PlatformSettings {
  readonly publicPort: number;
  /** null = no https. */
  readonly tls: TlsListen | null;
  readonly adminPort: number;
  readonly adminBindAddress: string;
  readonly link: LinkListen;
  readonly rootAccessKey: AccessKeyPair | undefined;
  readonly accessLog: AccessLogTarget;
  readonly acceptByMs: number;
  readonly traceSteps: boolean;
  readonly metricsMaxMb: number;
  /** Absent = no spans are recorded. */
  readonly tracing: TracingSettings | undefined;
  readonly cacheMemoryMb: number;
  readonly cacheRedisMb: number;
  readonly trustedProxies: TrustedProxies;
  /** null = no limit over all routes. */
  readonly accountThrottle: { readonly rate: number; readonly burst: number } | null;
  readonly throttleWithoutRedis: 'open' | 'closed';
  /** Text of the two lists; `libs/egress` reads them. */
  readonly egressAllow: string;
  readonly egressPorts: string;
}

export interface RunnerSettings extends PlatformSettings {
  readonly runnerPort: number;
  readonly sandboxHosts: number;
  readonly sandboxSoloHosts: number;
  readonly sandboxSnapshot: boolean;
  readonly hostRssMb: number;
  readonly inflightMax: number;
  readonly logsMaxMb: number;
}

export interface StartSettings {
  readonly publicPort: number;
  readonly adminPort: number;
  readonly linkPort: number;
  readonly runnerPort: number;
  readonly bindAddress: string;
  readonly adminBindAddress: string;
  readonly linkAddress: string | undefined;
  readonly dataDirectory: string;
  readonly redisUrl: string | undefined;
  readonly redisVolatileUrl: string | undefined;
  readonly redisServerBin: string | undefined;
  readonly redisPathOnly: boolean;
  readonly redisMaxmemoryMb: number | undefined;
  readonly hasMasterKey: boolean;
  readonly accessLog: string;
  readonly shutdownGraceMs: number;
  readonly warnings: readonly string[];
}

const invocationsPerHost = 256;

/** The settings of a gateway. Throws SettingsError naming every setting that is wrong or missing. */
export function loadGatewaySettings(environment: Environment): GatewaySettings {
  return load(environment, 'gateway', (values, problems) => ({
    ...platformSettings(values, problems),
    publicPort: values.publicPort,
    tls: tlsListen(values, problems),
    adminPort: values.adminPort,
    adminBindAddress: values.adminBindAddress,
    link: linkListen(values, problems),
    rootAccessKey: rootAccessKey(values, problems),
    accessLog: accessLogTarget(values),
    acceptByMs: values.acceptByMs,
    traceSteps: values.traceSteps === 'on',
    metricsMaxMb: values.metricsMaxMb,
    tracing: tracingSettings(values),
    cacheMemoryMb: values.cacheMemoryMb,
    cacheRedisMb: values.cacheRedisMb,
    trustedProxies: values.trustedProxies,
    accountThrottle: accountThrottle(values, problems),
    throttleWithoutRedis: values.throttleWithoutRedis,
    egressAllow: values.egressAllow,
    egressPorts: values.egressPorts,
  }));
}

/** The settings of a function runner. Throws SettingsError naming every setting that is wrong or missing. */
export function loadRunnerSettings(environment: Environment): RunnerSettings {
  return load(environment, 'runner', (values, problems) => ({
    ...platformSettings(values, problems),
    runnerPort: values.runnerPort,
    sandboxHosts: values.sandboxHosts,
    sandboxSoloHosts: values.sandboxSoloHosts,
    sandboxSnapshot: values.sandboxSnapshot === 'on',
    hostRssMb: values.hostRssMb,
    inflightMax: values.runnerInflightMax ?? invocationsPerHost * values.sandboxHosts,
    logsMaxMb: values.logsMaxMb,
  }));
}

/** What `npm start` itself needs. With REDIS_URL the master key must be given: other machines need the same one. */
export function loadStartSettings(environment: Environment): StartSettings {
  return load(environment, 'start', (values, problems) => {
    const hasMasterKey = values.masterKey !== undefined || values.masterKeyFile !== undefined;
    if (values.redisUrl !== undefined && !hasMasterKey) noteMissing(problems, masterKeyMissing);
    if (values.redisUrl === undefined && values.redisVolatileUrl !== undefined) {
      problems.push('REDIS_VOLATILE_URL needs REDIS_URL');
    }
    return {
      publicPort: values.publicPort,
      adminPort: values.adminPort,
      linkPort: values.linkPort,
      runnerPort: values.runnerPort,
      bindAddress: values.bindAddress,
      adminBindAddress: values.adminBindAddress,
      linkAddress: values.linkAddress,
      dataDirectory: resolve(values.dataDirectory),
      redisUrl: values.redisUrl,
      redisVolatileUrl: values.redisVolatileUrl,
      redisServerBin: values.redisServerBin,
      redisPathOnly: values.redisEmbedded === 'path-only',
      redisMaxmemoryMb: values.redisMaxmemoryMb,
      hasMasterKey,
      accessLog: isSet(environment['ACCESS_LOG'])
        ? values.accessLog
        : join(resolve(values.dataDirectory), 'logs/access.log'),
      shutdownGraceMs: values.shutdownGraceMs,
    };
  });
}

const masterKeyMissing =
  'SLUICE_MASTER_KEY or SLUICE_MASTER_KEY_FILE must be set (32 bytes in base64; make one with: openssl rand -base64 32)';

const redisUrlMissing = 'REDIS_URL must be set (npm start sets it when it runs the embedded Redis)';

/** A setting whose value was refused is not missing as well. */
function noteMissing(problems: string[], message: string): void {
  const name = message.slice(0, message.indexOf(' '));
  if (!problems.some((problem) => problem.startsWith(`${name}=`))) problems.push(message);
}

function load<T>(
  environment: Environment,
  reader: SettingReader,
  build: (values: SettingValues, problems: string[]) => Omit<T, 'warnings'>,
): T {
  const { values, problems: badValues, warnings } = readSettings(environment, reader);
  const problems = [...badValues];
  const settings = build(values, problems);
  if (problems.length > 0) throw new SettingsError(problems);
  return Object.freeze({ ...settings, warnings }) as T;
}

/** Placeholders stand where a problem was noted; `load` throws before anybody sees them. */
function platformSettings(values: SettingValues, problems: string[]): Omit<PlatformSettings, 'warnings'> {
  if (values.redisUrl === undefined) noteMissing(problems, redisUrlMissing);
  const { redisPasswordFile } = values;
  const password = redisPasswordFile === undefined ? undefined : readPasswordFile(redisPasswordFile, problems);
  const withPassword = (url: string): string =>
    password === undefined || url === '' ? url : withRedisPassword(url, password);
  const redisUrl = withPassword(values.redisUrl ?? '');
  return {
    bindAddress: values.bindAddress,
    dataDirectory: resolve(values.dataDirectory),
    redisUrl,
    redisVolatileUrl: values.redisVolatileUrl === undefined ? redisUrl : withPassword(values.redisVolatileUrl),
    masterKey: readMasterKey(values, problems),
    logLevel: values.logLevel,
    shutdownGraceMs: values.shutdownGraceMs,
  };
}

function readMasterKey(values: SettingValues, problems: string[]): MasterKey {
  const placeholder = new MasterKey(Buffer.alloc(32));
  if (values.masterKey !== undefined) return MasterKey.parse(values.masterKey);
  if (values.masterKeyFile === undefined) {
    noteMissing(problems, masterKeyMissing);
    return placeholder;
  }
  try {
    return MasterKey.parse(readFileSync(values.masterKeyFile, 'utf8').trim());
  } catch (error) {
    const reason = error instanceof RangeError ? `does not hold ${error.message}` : 'cannot be read';
    problems.push(`SLUICE_MASTER_KEY_FILE=${values.masterKeyFile} ${reason}`);
    return placeholder;
  }
}

function rootAccessKey(values: SettingValues, problems: string[]): AccessKeyPair | undefined {
  const { rootAccessKeyId: accessKeyId, rootSecretAccessKey: secretAccessKey, rootCredentialsFile } = values;
  if ((accessKeyId === undefined) !== (secretAccessKey === undefined)) {
    problems.push('SLUICE_ROOT_ACCESS_KEY_ID and SLUICE_ROOT_SECRET_ACCESS_KEY must be set together');
  }
  if (rootCredentialsFile === undefined) {
    return accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined;
  }
  if (accessKeyId !== undefined) {
    problems.push(
      'SLUICE_ROOT_CREDENTIALS_FILE and SLUICE_ROOT_ACCESS_KEY_ID are two root access keys; set one of them',
    );
  }
  return readCredentialsFile(rootCredentialsFile, problems);
}

function accountThrottle(
  { accountThrottleRate: rate, accountThrottleBurst: burst }: SettingValues,
  problems: string[],
): GatewaySettings['accountThrottle'] {
  if (rate !== undefined) return { rate, burst: burst ?? rate };
  if (burst !== undefined) problems.push('ACCOUNT_THROTTLE_BURST needs ACCOUNT_THROTTLE_RATE');
  return null;
}

function linkListen(values: SettingValues, problems: string[]): LinkListen {
  const { linkAddress: address, bindAddress: host, linkPort: port } = values;
  if (address?.startsWith('unix:')) return { kind: 'unix', path: address.slice('unix:'.length), advertised: address };
  const everyAddress = host === '0.0.0.0' || host === '::';
  if (address !== undefined || !everyAddress) return { kind: 'tcp', host, port, advertised: address };
  // Nobody can connect to "every address". The host name is what a container and most machines are found by.
  if (port === 0) problems.push(`LINK_ADDRESS must be set where BIND_ADDRESS is ${host} and LINK_PORT is 0`);
  return { kind: 'tcp', host, port, advertised: `${hostname()}:${port}` };
}

function tlsListen({ tlsPort, tlsCertFile, tlsKeyFile }: SettingValues, problems: string[]): TlsListen | null {
  if ((tlsCertFile === undefined) !== (tlsKeyFile === undefined))
    problems.push('TLS_CERT_FILE and TLS_KEY_FILE must be set together');
  if (tlsPort === undefined) return null;
  const given = tlsCertFile !== undefined && tlsKeyFile !== undefined;
  return { port: tlsPort, defaultCertificate: given ? { certFile: tlsCertFile, keyFile: tlsKeyFile } : null };
}

function tracingSettings(values: SettingValues): TracingSettings | undefined {
  const { otlpEndpoint: endpoint, otlpHeaders: headers = {}, otlpServiceName: serviceName, traceRatio: ratio } = values;
  return endpoint === undefined ? undefined : { endpoint, headers, serviceName, ratio };
}

function accessLogTarget(values: SettingValues): AccessLogTarget {
  if (values.accessLog === 'off' || values.accessLog === 'stdout') return { kind: values.accessLog };
  return {
    kind: 'file',
    path: resolve(values.accessLog),
    fileBytesMax: values.accessLogMaxMb * 1024 * 1024,
    rotatedFilesMax: values.accessLogFiles,
  };
}

function isSet(text: string | undefined): boolean {
  return text !== undefined && text !== '';
}
