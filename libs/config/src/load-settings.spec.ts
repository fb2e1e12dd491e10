import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadGatewaySettings, loadRunnerSettings, loadStartSettings } from './load-settings';
import { SettingsError } from './settings-error';

const masterKey = Buffer.alloc(32, 7).toString('base64');
const enough = { REDIS_URL: 'redis://127.0.0.1:6379', SLUICE_MASTER_KEY: masterKey };

function problemsOf(load: () => unknown): readonly string[] {
  try {
    load();
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  return [];
}

describe('settings from the environment', () => {
  test('defaults listen on this machine only', () => {
    expect(loadGatewaySettings(enough)).toMatchObject({
      publicPort: 8080,
      adminPort: 8081,
      bindAddress: '127.0.0.1',
      adminBindAddress: '127.0.0.1',
      redisVolatileUrl: enough.REDIS_URL,
      accessLog: { kind: 'stdout' },
      acceptByMs: 5000,
      shutdownGraceMs: 35000,
      warnings: [],
    });
  });

  test('a bad value is refused by name, with what is allowed', () => {
    expect(problemsOf(() => loadGatewaySettings({ ...enough, PUBLIC_PORT: 'abc' }))).toEqual([
      'PUBLIC_PORT=abc is not a port number (0-65535)',
    ]);
  });

  test.each([
    ['PUBLIC_PORT', '65536'],
    ['PUBLIC_PORT', '-1'],
    ['PUBLIC_PORT', '80.5'],
    ['PUBLIC_PORT', ' 80'],
    ['LOG_LEVEL', 'loud'],
    ['REDIS_URL', 'http://127.0.0.1'],
    ['LINK_ADDRESS', 'somewhere'],
    ['ACCEPT_BY_MS', '1e3'],
    ['SLUICE_ROOT_ACCESS_KEY_ID', 'short'],
    ['TRUSTED_PROXIES', '10.0.0.0/33'],
    ['TRUSTED_PROXIES', 'proxy.internal'],
    ['TRUSTED_PROXIES', '0'],
    ['ACCOUNT_THROTTLE_RATE', '0'],
    ['THROTTLE_WITHOUT_REDIS', 'maybe'],
  ])('%s=%s is refused', (name, value) => {
    expect(problemsOf(() => loadGatewaySettings({ ...enough, [name]: value }))[0]).toMatch(`${name}=${value} is not `);
  });

  test.each(['0.0.0.0', '::'])('a gateway on every address (%s) tells runners its host name', (BIND_ADDRESS) => {
    expect(loadGatewaySettings({ ...enough, BIND_ADDRESS, LINK_PORT: '8099' }).link).toMatchObject({
      host: BIND_ADDRESS,
      advertised: `${hostname()}:8099`,
    });
    const LINK_ADDRESS = 'gateway-1.internal:8099';
    expect(loadGatewaySettings({ ...enough, BIND_ADDRESS, LINK_ADDRESS }).link.advertised).toBe(LINK_ADDRESS);
    expect(problemsOf(() => loadGatewaySettings({ ...enough, BIND_ADDRESS, LINK_PORT: '0' }))).toEqual([
      `LINK_ADDRESS must be set where BIND_ADDRESS is ${BIND_ADDRESS} and LINK_PORT is 0`,
    ]);
  });

  test('proxies are trusted by number or by address, and nobody is unless it is said', () => {
    const trusted = (TRUSTED_PROXIES: string) => loadGatewaySettings({ ...enough, TRUSTED_PROXIES }).trustedProxies;
    expect(loadGatewaySettings(enough).trustedProxies).toEqual({ kind: 'none' });
    expect(trusted('2')).toEqual({ kind: 'count', proxies: 2 });
    expect(trusted('10.0.0.0/8, ::1')).toMatchObject({ kind: 'blocks', blocks: [{ prefixBits: 104 }, {}] });
  });

  test('a rate of the account is its burst unless that is said; a burst alone is refused', () => {
    const account = (settings: object) => loadGatewaySettings({ ...enough, ...settings }).accountThrottle;
    expect(account({})).toBeNull();
    expect(account({ ACCOUNT_THROTTLE_RATE: '10' })).toEqual({ rate: 10, burst: 10 });
    expect(account({ ACCOUNT_THROTTLE_RATE: '10', ACCOUNT_THROTTLE_BURST: '99' })).toEqual({ rate: 10, burst: 99 });
    expect(problemsOf(() => account({ ACCOUNT_THROTTLE_BURST: '99' }))).toEqual([
      'ACCOUNT_THROTTLE_BURST needs ACCOUNT_THROTTLE_RATE',
    ]);
  });

  test('every bad value is listed at once', () => {
    const problems = problemsOf(() => loadGatewaySettings({ PUBLIC_PORT: 'x', ADMIN_PORT: 'y', LOG_LEVEL: 'z' }));
    expect(problems.map((problem) => problem.split(/[= ]/)[0])).toEqual([
      'PUBLIC_PORT',
      'ADMIN_PORT',
      'LOG_LEVEL',
      'REDIS_URL',
      'SLUICE_MASTER_KEY',
    ]);
  });

  test('a secret is never repeated in a message', () => {
    const problems = problemsOf(() => loadGatewaySettings({ ...enough, SLUICE_MASTER_KEY: 'hunter2' }));
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch('SLUICE_MASTER_KEY=(hidden) is not 32 bytes in base64');
    expect(problems[0]).not.toMatch('hunter2');
  });

  test('a value cannot forge a second line of the message', () => {
    expect(problemsOf(() => loadGatewaySettings({ ...enough, PUBLIC_PORT: '1\nfine' }))).toEqual([
      'PUBLIC_PORT=1\\nfine is not a port number (0-65535)',
    ]);
  });

  test('a variable set to nothing counts as not set', () => {
    expect(loadGatewaySettings({ ...enough, PUBLIC_PORT: '' }).publicPort).toBe(8080);
  });

  test('a setting of another process is not judged', () => {
    expect(loadRunnerSettings({ ...enough, PUBLIC_PORT: 'abc' }).runnerPort).toBe(8083);
  });

  test('a misspelt SLUICE_ name is warned about', () => {
    expect(loadGatewaySettings({ ...enough, SLUICE_DATADIR: '/x', SLUICE_PARENT_PIPE_FD: '3' }).warnings).toEqual([
      'SLUICE_DATADIR is no setting of Sluice and is ignored',
    ]);
  });

  test('half a root access key is refused', () => {
    expect(
      problemsOf(() => loadGatewaySettings({ ...enough, SLUICE_ROOT_ACCESS_KEY_ID: 'SLUICEROOT12345678' })),
    ).toEqual(['SLUICE_ROOT_ACCESS_KEY_ID and SLUICE_ROOT_SECRET_ACCESS_KEY must be set together']);
  });

  test('a runner takes 256 invocations per host unless told otherwise', () => {
    expect(loadRunnerSettings({ ...enough, SANDBOX_HOSTS: '3' }).inflightMax).toBe(768);
    expect(loadRunnerSettings({ ...enough, RUNNER_INFLIGHT_MAX: '10' }).inflightMax).toBe(10);
  });

  test('npm start with REDIS_URL needs the master key to be given, without it none', () => {
    expect(problemsOf(() => loadStartSettings({ REDIS_URL: '/run/redis.sock' }))[0]).toMatch('SLUICE_MASTER_KEY');
    expect(loadStartSettings({}).hasMasterKey).toBe(false);
  });

  test('the link is a unix socket or a TCP port with the address runners use', () => {
    expect(loadGatewaySettings({ ...enough, LINK_ADDRESS: 'unix:/run/link.sock' }).link).toEqual({
      kind: 'unix',
      path: '/run/link.sock',
      advertised: 'unix:/run/link.sock',
    });
    expect(loadGatewaySettings({ ...enough, LINK_ADDRESS: 'gateway-1:9000', LINK_PORT: '9000' }).link).toEqual({
      kind: 'tcp',
      host: '127.0.0.1',
      port: 9000,
      advertised: 'gateway-1:9000',
    });
  });

  describe('master key file', () => {
    const directory = mkdtempSync(join(tmpdir(), 'sluice-settings-'));
    const file = join(directory, 'master.key');
    const withFile = { REDIS_URL: enough.REDIS_URL, SLUICE_MASTER_KEY_FILE: file };
    afterAll(() => rmSync(directory, { recursive: true }));

    test('gives the same key as the variable', () => {
      writeFileSync(file, `${masterKey}\n`);
      expect(loadGatewaySettings(withFile).masterKey.keyId).toBe(loadGatewaySettings(enough).masterKey.keyId);
    });

    test('is refused by name when it holds something else or is missing', () => {
      writeFileSync(file, 'nonsense');
      expect(problemsOf(() => loadGatewaySettings(withFile))[0]).toMatch(
        `SLUICE_MASTER_KEY_FILE=${file} does not hold 32 bytes`,
      );
      rmSync(file);
      expect(problemsOf(() => loadGatewaySettings(withFile))[0]).toMatch(
        `SLUICE_MASTER_KEY_FILE=${file} cannot be read`,
      );
    });
  });
});
