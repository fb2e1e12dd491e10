import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { waitFor } from '@sluice/testing';
import { E2ePlatform, isAlive, processTree } from './index';

describe('starts and stops', () => {
  let dataDir: string;
  beforeAll(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'sluice-restart-'));
  });
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  test('kill -9 of everything, start again: every function, API, version and key is there', async () => {
    const before = await E2ePlatform.start({ dataDir });
    const source = (name: string): string =>
      `export const handler = async () => ({ statusCode: 200, body: '${name} ' + (process.env.SECRET ?? '') });`;
    for (let number = 0; number < 5; number++) {
      const name = `kept-${number}`;
      await before.controlPlane.json('PUT', `/v1/functions/${name}`, {
        files: { 'index.ts': source(name) },
        config: { environment: { SECRET: `s${number}` } },
      });
      await before.controlPlane.putApi(name, [{ route: 'GET /', function: name }]);
    }
    await before.deploy('kept-0', "export const handler = async () => 'second';");
    const key = before.started.rootKey;
    const processes = processTree(before.started.pid);
    expect(processes.length).toBeGreaterThan(4);
    for (const pid of processes) killNow(pid);
    await waitFor(() => !processes.some(isAlive), { what: 'everything is dead' });

    const after = await E2ePlatform.start({ dataDir });
    try {
      expect(after.started.rootKey).toEqual(key);
      for (let number = 0; number < 5; number++) {
        const answer = await after.call(`/kept-${number}/`);
        expect([answer.status, answer.text]).toEqual([200, number === 0 ? 'second' : `kept-${number} s${number}`]);
      }
      expect((await after.controlPlane.get('/v1/functions/kept-0/versions/1/source')).text).toContain('kept-0');
    } finally {
      await after.stop();
    }
  }, 90_000);

  test('kill -9 of the start process leaves nothing running', async () => {
    const platform = await E2ePlatform.start();
    const processes = processTree(platform.started.pid);
    process.kill(platform.started.pid, 'SIGKILL');
    await waitFor(() => !processes.some(isAlive), { timeoutMs: 10_000, what: 'every process is gone' });
    await platform.stop().catch(() => undefined);
  }, 60_000);

  test('SIGTERM answers what is under way, then stops everything', async () => {
    const platform = await E2ePlatform.start();
    const path = await platform.expose(
      'slow',
      `export const handler = async (event: any) => {
         if (event.rawPath === '/fast') return 'fast';
         await new Promise((resolve) => setTimeout(resolve, 1500));
         return 'done';
       };`,
    );
    const processes = processTree(platform.started.pid);
    const answers = Promise.all(Array.from({ length: 10 }, () => platform.call(`${path}/`)));
    // The queue is in order: when this one is answered, those before it have been taken.
    expect((await platform.call(`${path}/fast`)).text).toBe('fast');
    process.kill(platform.started.pid, 'SIGTERM');
    expect((await answers).map(({ text }) => text)).toEqual(Array.from({ length: 10 }, () => 'done'));
    await waitFor(() => !processes.some(isAlive), { timeoutMs: 20_000, what: 'every process is gone' });
    await platform.stop().catch(() => undefined);
  }, 60_000);

  test('a taken port is one line that names it', async () => {
    const server: Server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const failure = await E2ePlatform.start({ env: { PUBLIC_PORT: String(port) } }).then(
      () => 'it started',
      (error: unknown) => String(error),
    );
    server.close();
    expect(failure).toContain(String(port));
    expect(failure).toMatch(/PUBLIC_PORT|in use|taken/i);
  }, 60_000);
});

/** SIGKILL; a process that has just ended by itself is as dead as one that was killed. */
function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
