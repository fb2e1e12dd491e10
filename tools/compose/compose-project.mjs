/** The compose project of this repository through Docker's own command line: what a user would type, and what `inspect` says of it. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const repositoryDirectory = fileURLToPath(new URL('../..', import.meta.url));

export class ComposeProject {
  #name;
  #environment;

  /** @param {{ name?: string, environment?: Record<string, string> }} options `name`: default, the one in docker-compose.yml */
  constructor({ name, environment = {} } = {}) {
    this.#name = name;
    this.#environment = environment;
  }

  /** Resolves with what it printed; rejects, with that too, when it fails. @param {...string} args */
  async compose(...args) {
    const result = await this.tryCompose(...args);
    if (result.exitCode === 0) return result.stdout;
    throw new Error(`docker compose ${args.join(' ')}: ${(result.stderr || result.stdout).trim()}`);
  }

  tryCompose(...args) {
    return this.#docker(['compose', ...(this.#name === undefined ? [] : ['-p', this.#name]), ...args]);
  }

  /** Runs JavaScript in a service's container and resolves with what it prints. */
  async runIn(service, source) {
    return (await this.compose('exec', '-T', service, 'node', '-e', source)).trim();
  }

  async runInContainer(id, source) {
    return (await this.#docker(['exec', id, 'node', '-e', source])).stdout.trim();
  }

  async removeContainer(id) {
    await this.#docker(['rm', '--force', id]);
  }

  /** What Docker knows of each container of the project, also of those that have ended. */
  async containers() {
    const ids = (await this.compose('ps', '--all', '--quiet')).split('\n').filter((line) => line !== '');
    if (ids.length === 0) return [];
    const inspected = JSON.parse((await this.#docker(['inspect', ...ids])).stdout);
    const internal = await this.#internalNetworks();
    return inspected.map((container) => ({
      service: container.Config.Labels['com.docker.compose.service'],
      state: container.State,
      config: container.Config,
      host: container.HostConfig,
      ports: container.NetworkSettings.Ports ?? {},
      networks: Object.keys(container.NetworkSettings.Networks).map((network) => ({
        network,
        isInternal: network === 'none' || internal.has(network),
      })),
    }));
  }

  /** The one container of a service. */
  async container(service) {
    const found = (await this.containers()).filter((container) => container.service === service);
    if (found.length !== 1) throw new Error(`${service} has ${found.length} containers; is the project up?`);
    return found[0];
  }

  async #internalNetworks() {
    const names = (await this.#docker(['network', 'ls', '--format', '{{.Name}}'])).stdout.trim().split('\n');
    const networks = JSON.parse((await this.#docker(['network', 'inspect', ...names])).stdout);
    return new Set(networks.filter(({ Internal }) => Internal).map(({ Name }) => Name));
  }

  #docker(args) {
    return new Promise((resolve, reject) => {
      const child = spawn('docker', args, {
        cwd: repositoryDirectory,
        env: { ...process.env, ...this.#environment },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let stdout = '';
      let stderr = '';
      child.stdout.on('data', (chunk) => (stdout += chunk));
      child.stderr.on('data', (chunk) => (stderr += chunk));
      child.once('error', reject);
      child.once('close', (exitCode) => resolve({ exitCode, stdout, stderr }));
    });
  }
}
