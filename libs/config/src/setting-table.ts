import { LIMITS } from '@sluice/contracts';
import {
  choice,
  filePath,
  headerList,
  httpUrl,
  integer,
  ipAddressOrHost,
  linkAddress,
  masterKeyText,
  port,
  processorCount,
  redisUrl,
  share,
  type SettingKind,
  text,
  trustedProxies,
  type TrustedProxies,
} from './setting-kinds';

/** Who reads a setting. `start` is `npm start`, which also hands the whole environment on to the processes it starts. */
export type SettingReader = 'gateway' | 'runner' | 'start';

export interface Setting<T> {
  readonly name: string;
  readonly kind: SettingKind<T>;
  /** What the documentation shows as the default. */
  readonly defaultText: string;
  readonly defaultValue: T;
  readonly readBy: readonly SettingReader[];
  readonly meaning: string;
  /** Never shown in a message or a log. */
  readonly secret: boolean;
}

const everyProcess = ['gateway', 'runner', 'start'] as const;
const platform = ['gateway', 'runner'] as const;

/** Every setting of the platform, once: its name, what it may be, its default and what it means. The docs table is made from this. */
export const settingTable = {
  publicPort: withDefault(
    'PUBLIC_PORT',
    port,
    8080,
    ['gateway', 'start'],
    'Port of the public listener. 0 takes any free port.',
  ),
  tlsPort: optional(
    'TLS_PORT',
    port,
    ['gateway'],
    'Port of the public listener for https, beside PUBLIC_PORT; certificates come with custom domains. Off unless set; 0 takes any free port.',
  ),
  tlsCertFile: optional(
    'TLS_CERT_FILE',
    filePath,
    ['gateway'],
    'Certificate (PEM, with its chain) for https clients that ask for no custom domain with one. Read again when it changes.',
  ),
  tlsKeyFile: optional('TLS_KEY_FILE', filePath, ['gateway'], 'Key of TLS_CERT_FILE (PEM).'),
  adminPort: withDefault(
    'ADMIN_PORT',
    port,
    8081,
    ['gateway', 'start'],
    'Port of the control plane. 0 takes any free port.',
  ),
  linkPort: withDefault(
    'LINK_PORT',
    port,
    8082,
    ['gateway', 'start'],
    'Port runners send answers to, unless LINK_ADDRESS is a unix socket.',
  ),
  runnerPort: withDefault(
    'RUNNER_PORT',
    port,
    8083,
    ['runner', 'start'],
    "Port of a function runner's health and metrics. 0 takes any free port.",
  ),
  bindAddress: withDefault(
    'BIND_ADDRESS',
    ipAddressOrHost,
    '127.0.0.1',
    everyProcess,
    'Address the public listener, the link and the runner listen on.',
  ),
  adminBindAddress: withDefault(
    'ADMIN_BIND_ADDRESS',
    ipAddressOrHost,
    '127.0.0.1',
    ['gateway', 'start'],
    'Address the control plane listens on.',
  ),
  linkAddress: optional(
    'LINK_ADDRESS',
    linkAddress,
    ['gateway', 'start'],
    'Address of this gateway as runners reach it: unix:/path, or host:port. Default: BIND_ADDRESS (the host name where that is 0.0.0.0 or ::) and LINK_PORT; under npm start a unix socket in the data directory.',
  ),
  dataDirectory: withDefault(
    'SLUICE_DATA_DIR',
    filePath,
    '.data',
    everyProcess,
    'Directory of keys, credentials, sockets, logs and the embedded Redis.',
  ),
  redisUrl: optional(
    'REDIS_URL',
    redisUrl,
    everyProcess,
    'The durable Redis (append-only file on, noeviction). Required unless npm start runs the embedded one.',
  ),
  redisVolatileUrl: optional(
    'REDIS_VOLATILE_URL',
    redisUrl,
    everyProcess,
    'The Redis of queues in flight, counters and cache. Default: REDIS_URL.',
  ),
  redisPasswordFile: optional(
    'REDIS_PASSWORD_FILE',
    filePath,
    platform,
    'File with the password of both Redis, for addresses that carry none.',
  ),
  redisServerBin: optional(
    'REDIS_SERVER_BIN',
    filePath,
    ['start'],
    'The redis-server or valkey-server program the embedded Redis runs.',
  ),
  redisEmbedded: withDefault(
    'REDIS_EMBEDDED',
    choice('auto', 'path-only'),
    'auto',
    ['start'],
    "path-only: use an installed server or none, never Debian's package or docker.",
  ),
  redisMaxmemoryMb: optional(
    'REDIS_MAXMEMORY_MB',
    integer(64, 1_048_576),
    ['start'],
    "Memory limit of each embedded Redis, in MiB. Default: a quarter of the machine's, 256 to 4096.",
  ),
  masterKey: secret(
    'SLUICE_MASTER_KEY',
    masterKeyText,
    everyProcess,
    '32 bytes in base64 that everything at rest is encrypted under. npm start with the embedded Redis makes one.',
  ),
  masterKeyFile: optional(
    'SLUICE_MASTER_KEY_FILE',
    filePath,
    everyProcess,
    'File with the master key, instead of SLUICE_MASTER_KEY.',
  ),
  rootAccessKeyId: optional(
    'SLUICE_ROOT_ACCESS_KEY_ID',
    text('16 to 128 letters and digits', /^\w{16,128}$/),
    ['gateway', 'start'],
    'Root access key, instead of a generated one. Needs SLUICE_ROOT_SECRET_ACCESS_KEY.',
  ),
  rootSecretAccessKey: secret(
    'SLUICE_ROOT_SECRET_ACCESS_KEY',
    text('16 to 128 characters without spaces', /^[\x21-\x7e]{16,128}$/),
    ['gateway', 'start'],
    'Secret of the root access key.',
  ),
  rootCredentialsFile: optional(
    'SLUICE_ROOT_CREDENTIALS_FILE',
    filePath,
    ['gateway'],
    'File with the root access key as {"accessKeyId","secretAccessKey"}, instead of the two settings above.',
  ),
  logLevel: withDefault(
    'LOG_LEVEL',
    choice('debug', 'info', 'warn', 'error'),
    'info',
    everyProcess,
    'Least severe level that is logged.',
  ),
  accessLog: withDefault(
    'ACCESS_LOG',
    filePath,
    'stdout',
    ['gateway', 'start'],
    'One JSON line per request: stdout, off, or a file. Under npm start: logs/access.log in the data directory.',
  ),
  accessLogMaxMb: withDefault(
    'ACCESS_LOG_MAX_MB',
    integer(1, 1_048_576),
    256,
    ['gateway'],
    'Size at which an access log file is rotated, in MiB.',
  ),
  accessLogFiles: withDefault(
    'ACCESS_LOG_FILES',
    integer(1, 1_000),
    4,
    ['gateway'],
    'Rotated access log files kept beside the one being written.',
  ),
  sandboxHosts: withDefault(
    'SANDBOX_HOSTS',
    integer(1, 256),
    processorCount,
    ['runner'],
    'Sandbox host processes of a runner, without the spare one.',
    'one per processor',
  ),
  sandboxSoloHosts: withDefault(
    'SANDBOX_SOLO_HOSTS',
    integer(1, 64),
    4,
    ['runner'],
    'Host processes for functions that must live alone.',
  ),
  sandboxSnapshot: withDefault(
    'SANDBOX_SNAPSHOT',
    choice('on', 'off'),
    'on',
    ['runner'],
    'Whether isolates start from the V8 snapshot of the guest API.',
  ),
  hostRssMb: withDefault(
    'HOST_RSS_MB',
    integer(128, 1_048_576),
    1_024,
    ['runner'],
    'Resident memory at which a sandbox host is killed, in MiB.',
  ),
  runnerInflightMax: optional(
    'RUNNER_INFLIGHT_MAX',
    integer(1, 1_000_000),
    ['runner'],
    'Invocations a runner holds before it stops taking more. Default: 256 per host.',
  ),
  acceptByMs: withDefault(
    'ACCEPT_BY_MS',
    integer(100, 900_000),
    5_000,
    ['gateway'],
    'How long an invocation may wait for a runner before the caller gets 503.',
  ),
  cacheMemoryMb: withDefault(
    'CACHE_MEMORY_MB',
    integer(1, 1_048_576),
    64,
    ['gateway'],
    'Answers the response cache of one gateway holds in memory, in MiB.',
  ),
  cacheRedisMb: withDefault(
    'CACHE_REDIS_MB',
    integer(16, 1_048_576),
    64,
    ['gateway'],
    'Answers the response cache of all gateways keeps in Redis, in MiB. Keep it and LOGS_MAX_MB together below the memory limit of the volatile Redis.',
  ),
  traceSteps: withDefault(
    'SLUICE_TRACE_STEPS',
    choice('on', 'off'),
    'off',
    ['gateway'],
    'Whether the gateway measures each step of a request (`sluice_step_seconds` in /metrics). Costs two clock readings per step.',
  ),
  trustedProxies: withDefault<TrustedProxies>(
    'TRUSTED_PROXIES',
    trustedProxies,
    { kind: 'none' },
    ['gateway'],
    "Proxies in front whose X-Forwarded-For is believed: how many, or their addresses. Without them a client's address is that of its connection.",
    'none',
  ),
  accountThrottleRate: optional(
    'ACCOUNT_THROTTLE_RATE',
    integer(1, LIMITS.throttleRateMax),
    ['gateway'],
    'Requests per second over all APIs, function URLs and gateways together. Not set = no such limit.',
  ),
  accountThrottleBurst: optional(
    'ACCOUNT_THROTTLE_BURST',
    integer(1, LIMITS.throttleBurstMax),
    ['gateway'],
    'Requests at once under ACCOUNT_THROTTLE_RATE. Default: the rate.',
  ),
  throttleWithoutRedis: withDefault(
    'THROTTLE_WITHOUT_REDIS',
    choice('open', 'closed'),
    'open',
    ['gateway'],
    'While Redis is away: open = each gateway keeps rates and quotas by itself, closed = requests that are limited are answered 503.',
  ),
  egressAllow: withDefault(
    'SLUICE_EGRESS_ALLOW',
    text('a comma-separated list of addresses, ranges and hosts'),
    '',
    ['gateway'],
    'What the gateway may connect to for its users although it is not public: addresses, ranges and hosts, each with :port or :* if wanted (`docs/egress.md`).',
    '–',
  ),
  egressPorts: withDefault(
    'SLUICE_EGRESS_PORTS',
    text('a comma-separated list of ports'),
    '',
    ['gateway'],
    'Ports the gateway may connect to for its users everywhere, besides 80 and 443.',
    '–',
  ),
  logsMaxMb: withDefault(
    'LOGS_MAX_MB',
    integer(16, 1_048_576),
    128,
    ['runner'],
    'Function log records kept in Redis over all functions, in MiB. Keep it below half the memory limit of the volatile Redis.',
  ),
  otlpEndpoint: optional(
    'OTEL_EXPORTER_OTLP_ENDPOINT',
    httpUrl,
    ['gateway'],
    'OpenTelemetry collector (OTLP over HTTP, JSON) that gets spans of requests. Without it none are recorded.',
  ),
  otlpHeaders: secret(
    'OTEL_EXPORTER_OTLP_HEADERS',
    headerList,
    ['gateway'],
    'Headers for the collector, such as an API key.',
  ),
  otlpServiceName: withDefault(
    'OTEL_SERVICE_NAME',
    text('a name of up to 128 characters', /^\P{Cc}{1,128}$/u),
    'sluice',
    ['gateway'],
    'What the collector calls this service.',
  ),
  traceRatio: withDefault(
    'OTEL_TRACES_SAMPLER_ARG',
    share,
    1,
    ['gateway'],
    'Share of the traces that begin here and are recorded. Of a trace that a caller began, the caller decides.',
  ),
  metricsMaxMb: withDefault(
    'METRICS_MAX_MB',
    integer(1, 1_048_576),
    128,
    ['gateway'],
    'Metrics kept in Redis over all gateways, in MiB; the finest and oldest go first. Keep it below half the memory limit of the durable Redis.',
  ),
  shutdownGraceMs: withDefault(
    'SHUTDOWN_GRACE_MS',
    integer(0, 3_600_000),
    35_000,
    everyProcess,
    'Time a stopping process gives the requests it holds.',
  ),
};

export type SettingTable = typeof settingTable;

function withDefault<T>(
  name: string,
  kind: SettingKind<T>,
  defaultValue: T,
  readBy: readonly SettingReader[],
  meaning: string,
  defaultText = String(defaultValue),
): Setting<T> {
  return { name, kind, defaultText, defaultValue, readBy, meaning, secret: false };
}

function optional<T>(
  name: string,
  kind: SettingKind<T>,
  readBy: readonly SettingReader[],
  meaning: string,
): Setting<T | undefined> {
  return { name, kind, defaultText: '–', defaultValue: undefined, readBy, meaning, secret: false };
}

function secret<T>(
  name: string,
  kind: SettingKind<T>,
  readBy: readonly SettingReader[],
  meaning: string,
): Setting<T | undefined> {
  return { ...optional(name, kind, readBy, meaning), secret: true };
}
