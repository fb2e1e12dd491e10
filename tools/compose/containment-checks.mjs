/** What a break-in would find: each service confined, nothing published that should not be, secrets only where they are used. */
import assert from 'node:assert/strict';

const services = ['gateway', 'function-runner', 'redis-durable', 'redis-volatile'];
const secretsOf = {
  gateway: ['master-key', 'redis-password', 'root-credentials'],
  'function-runner': ['master-key', 'redis-password'],
};

/** @type {[string, (platform: any) => Promise<void>][]} */
export const containmentChecks = [
  [
    'every service is healthy, and init has done its work',
    async ({ project }) => {
      const health = Object.fromEntries(
        (await project.containers()).map(({ service, state }) => [
          service,
          state.Health?.Status ?? `ended with ${state.ExitCode}`,
        ]),
      );
      const healthy = Object.fromEntries(services.map((service) => [service, 'healthy']));
      assert.deepEqual(health, { ...healthy, init: 'ended with 0' });
    },
  ],
  [
    'every container runs as a user that is not root, on a read-only root, within limits, and has 40 s to stop',
    async ({ project }) => {
      for (const { service, config, host } of await project.containers()) {
        assert.match(config.User, /^(1000|999):\d+$/, `user of ${service}`);
        assert.equal(host.ReadonlyRootfs, true, `read-only root of ${service}`);
        assert.deepEqual(host.CapDrop, ['ALL'], `capabilities of ${service}`);
        assert.equal(host.Privileged, false, `privileged ${service}`);
        assert.ok(host.SecurityOpt.includes('no-new-privileges:true'), `no-new-privileges of ${service}`);
        assert.ok(host.Memory > 0 && host.PidsLimit > 0, `memory and pids limits of ${service}`);
        assert.equal(config.StopTimeout, 40, `time to stop of ${service}`);
      }
    },
  ],
  [
    'no process of the platform has a capability, can gain one, or can change its own code',
    async ({ project }) => {
      const source = `
        const fs = require('node:fs');
        const refusal = (act) => { try { act(); return 'done'; } catch (error) { return error.code; } };
        const processes = fs.readdirSync('/proc').filter((name) => /^\\d+$/.test(name)).map((pid) => {
          try { return fs.readFileSync('/proc/' + pid + '/status', 'utf8'); } catch { return ''; }
        }).filter(Boolean);
        const field = (name) => [...new Set(processes.map((text) => new RegExp('^' + name + ':\\\\s+(\\\\S+)', 'm').exec(text)[1]))];
        console.log(JSON.stringify({
          capabilities: [...field('CapEff'), ...field('CapBnd')], noNewPrivileges: field('NoNewPrivs'), users: field('Uid'),
          code: refusal(() => fs.writeFileSync('/app/apps/gateway/dist/main.js', '')), masterKey: refusal(() => fs.writeFileSync('/var/lib/sluice/master-key/master.key', '')),
        }))`;
      for (const service of ['gateway', 'function-runner']) {
        assert.deepEqual(JSON.parse(await project.runIn(service, source)), {
          capabilities: ['0000000000000000', '0000000000000000'],
          noNewPrivileges: ['1'],
          users: ['1000'],
          code: 'EROFS',
          masterKey: 'EROFS',
        });
      }
    },
  ],
  [
    'only the gateway is published, and its control plane on this machine only',
    async ({ project, publicUrl, adminUrl }) => {
      const adminPort = new URL(adminUrl).port;
      for (const { service, ports } of await project.containers()) {
        const published = Object.entries(ports).filter(([, bindings]) => bindings?.length > 0);
        if (service !== 'gateway') {
          assert.deepEqual(published, [], `published ports of ${service}`);
          continue;
        }
        const ofPort = Object.fromEntries(published.map(([port, bindings]) => [Number.parseInt(port), bindings]));
        assert.deepEqual(Object.keys(ofPort).sort(), [new URL(publicUrl).port, adminPort].sort());
        assert.deepEqual(
          ofPort[adminPort].map(({ HostIp }) => HostIp),
          ['127.0.0.1'],
        );
      }
    },
  ],
  [
    'each secret is only where it is used, and readable by its owner only (Redis too: its password)',
    async ({ project }) => {
      const source = `
        const fs = require('node:fs'), root = '/var/lib/sluice/';
        const files = (name) => { try { return fs.readdirSync(root + name); } catch { return []; } };
        console.log(JSON.stringify(Object.fromEntries(fs.readdirSync(root).map((name) => [name, files(name).map((file) => (fs.statSync(root + name + '/' + file).mode & 0o777).toString(8))]))))`;
      for (const [service, expected] of Object.entries(secretsOf)) {
        const modes = JSON.parse(await project.runIn(service, source));
        assert.deepEqual(
          Object.keys(modes).filter((name) => modes[name].length > 0),
          expected,
          `secrets of ${service}`,
        );
        for (const name of expected) {
          const allowed = name === 'redis-password' ? '640' : '600';
          assert.deepEqual([...new Set(modes[name])], [allowed], `mode of ${name}`);
        }
      }
    },
  ],
  [
    'no secret is in a container’s environment or command line',
    async ({ project }) => {
      const source = `
        const fs = require('node:fs'), root = '/var/lib/sluice/';
        console.log(JSON.stringify([fs.readFileSync(root + 'master-key/master.key', 'utf8').trim(), fs.readFileSync(root + 'redis-password/password', 'utf8').trim(),
          JSON.parse(fs.readFileSync(root + 'root-credentials/root-credentials.json', 'utf8')).secretAccessKey]))`;
      const secrets = JSON.parse(await project.runIn('gateway', source));
      for (const { service, config } of await project.containers()) {
        const shown = [...config.Env, ...(config.Cmd ?? []), ...(config.Healthcheck?.Test ?? [])].join('\n');
        for (const secret of secrets)
          assert.ok(!shown.includes(secret), `a secret stands in the settings of ${service}`);
      }
    },
  ],
  [
    'only the gateway is on a network with a way in or out',
    async ({ project }) => {
      const services = new Set();
      for (const { service, networks } of await project.containers()) {
        for (const { isInternal } of networks) if (!isInternal) services.add(service);
      }
      assert.deepEqual([...services], ['gateway']);
    },
  ],
  [
    'both Redis want the password and never evict; the durable one keeps a log of every write',
    async ({ project }) => {
      for (const [service, appendonly] of [
        ['redis-durable', 'yes'],
        ['redis-volatile', 'no'],
      ]) {
        assert.match(await project.compose('exec', '-T', service, 'redis-cli', 'ping'), /NOAUTH/);
        const ask = `REDISCLI_AUTH="$(cat /run/redis-password/password)" redis-cli config get`;
        const settings = await project.compose(
          ...['exec', '-T', service, 'sh', '-c', `${ask} appendonly; ${ask} maxmemory-policy; ${ask} save`],
        );
        assert.deepEqual(settings.trimEnd().split('\n').slice(0, 5), [
          'appendonly',
          appendonly,
          'maxmemory-policy',
          'noeviction',
          'save',
        ]);
      }
    },
  ],
];
