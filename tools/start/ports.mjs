import { createServer } from 'node:net';

/** A start right after a stop may find a process of the last one that is just ending. */
const patienceMs = 1_500;

/**
 * Refuses a port that is taken in one line that names it, before anything is started.
 * @param {{ publicPort: number, adminPort: number, runnerPort: number, bindAddress: string, adminBindAddress: string }} settings
 */
export async function requireFreePorts(settings) {
  /** @type {[string, number, string][]} */
  const ports = [
    ['PUBLIC_PORT', settings.publicPort, settings.bindAddress],
    ['ADMIN_PORT', settings.adminPort, settings.adminBindAddress],
    ['RUNNER_PORT', settings.runnerPort, settings.bindAddress],
  ];
  const deadlineMs = performance.now() + patienceMs;
  for (const [name, port, host] of ports) {
    if (port === 0) continue;
    const same = ports.find(([otherName, otherPort]) => otherName !== name && otherPort === port);
    if (same) throw new Error(`${name} and ${same[0]} are both ${port}; give each its own port.`);
    for (;;) {
      const code = await listenError(port, host);
      if (code === undefined) break;
      if (code !== 'EADDRINUSE') throw new Error(`${name}=${port} on ${host} cannot be listened on (${code}).`);
      if (performance.now() > deadlineMs) {
        throw new Error(
          `${name}=${port} is taken by another process on ${host}. Stop it, or choose another port: ${name}=0 takes any.`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

/** @param {number} port @param {string} host @returns {Promise<string | undefined>} */
function listenError(port, host) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (/** @type {NodeJS.ErrnoException} */ error) => resolve(error.code ?? error.message));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
