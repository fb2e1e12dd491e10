import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { type BuildRequest } from './compile-messages';
import { CompileProcess } from './compile-process-handle';

const LIMITS = { timeoutMs: 20_000, memoryBytesMax: 512 * 1024 * 1024 };

interface Running {
  readonly pid: number;
  readonly group: number;
}

/** Members of the process groups led by children of `parent`. */
function groupsOf(parent: number): Running[] {
  const all = readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .flatMap((entry) => {
      try {
        const [state, ppid, group] = readFileSync(`/proc/${entry}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
        return state === 'Z' ? [] : [{ pid: Number(entry), ppid: Number(ppid), group: Number(group) }];
      } catch {
        return [];
      }
    });
  const leaders = new Set(all.filter(({ pid, ppid, group }) => ppid === parent && pid === group).map(({ pid }) => pid));
  return all.filter(({ group }) => leaders.has(group));
}

function alive(pid: number): boolean {
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(`never true: ${condition.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function request(source: string): BuildRequest {
  return { kind: 'build', files: [['index.ts', source]], entry: 'index.ts', bundleBytesMax: 5_000_000 };
}

/** Long enough to be caught at work. */
const LONG = `export const handler = () => 1;${'var a = [1, 2, 3].map((x) => x + 1);'.repeat(25_000)}`;

jest.setTimeout(30_000);

describe('a compile process', () => {
  it('is a group of its own: node and esbuild, in a directory that is gone, with an empty environment', async () => {
    const compileProcess = new CompileProcess(LIMITS);
    await compileProcess.ready;
    const members = groupsOf(process.pid);
    expect(members).toHaveLength(2);
    for (const { pid } of members) {
      expect(readlinkSync(`/proc/${pid}/cwd`)).toMatch(/\/sluice-compile-\w+ \(deleted\)$/);
      const names = readFileSync(`/proc/${pid}/environ`, 'utf8')
        .split('\0')
        .map((entry) => entry.split('=')[0]);
      const allowed = [
        '',
        'GOMAXPROCS',
        'GOMEMLIMIT',
        'NODE_CHANNEL_FD',
        'NODE_CHANNEL_SERIALIZATION_MODE',
        'NODE_OPTIONS',
        'PWD',
        'OLDPWD',
        'SHLVL',
        '_',
      ];
      expect(names.filter((name) => !allowed.includes(name ?? ''))).toEqual([]);
      const limits = readFileSync(`/proc/${pid}/limits`, 'utf8');
      expect(limits).toMatch(new RegExp(`Max data size +${LIMITS.memoryBytesMax} `));
      expect(limits).toMatch(/Max core file size +0 /);
      expect(limits).toMatch(/Max file size +0 /);
      expect(limits).toMatch(/Max cpu time +22 /);
    }
    compileProcess.kill();
    await compileProcess.exited;
    await until(() => members.every(({ pid }) => !alive(pid)));
  });

  it('compiles one upload and is gone', async () => {
    const compileProcess = new CompileProcess(LIMITS);
    await compileProcess.ready;
    const members = groupsOf(process.pid);
    await expect(compileProcess.build(request('export const handler = 1;'))).resolves.toMatchObject({
      kind: 'built',
      result: { ok: true },
    });
    await until(() => members.every(({ pid }) => !alive(pid)));
    expect(members).toHaveLength(2);
  });

  it('is killed with its group when its time is over', async () => {
    const compileProcess = new CompileProcess({ ...LIMITS, timeoutMs: 50 });
    await compileProcess.ready;
    const members = groupsOf(process.pid);
    await expect(compileProcess.build(request(LONG))).resolves.toEqual({ kind: 'exhausted', reason: 'timeout' });
    await until(() => members.every(({ pid }) => !alive(pid)));
    expect(members).toHaveLength(2);
  });

  it('runs out of memory alone', async () => {
    const compileProcess = new CompileProcess(LIMITS);
    await compileProcess.ready;
    const members = groupsOf(process.pid);
    const outcome = await compileProcess.build(request(`export default () => ${'!'.repeat(1_000_000)}1;`));
    expect(outcome).toEqual({ kind: 'exhausted', reason: expect.stringMatching(/memory/) as string });
    await until(() => members.every(({ pid }) => !alive(pid)));
  });

  it('rejects `ready` when it cannot start, and leaves nothing', async () => {
    const compileProcess = new CompileProcess({ ...LIMITS, memoryBytesMax: 1024 * 1024 });
    await expect(compileProcess.ready).rejects.toThrow('did not start');
    await compileProcess.exited;
    expect(groupsOf(process.pid)).toEqual([]);
    expect(compileProcess.alive).toBe(false);
  });

  it('ends itself, esbuild included, when its parent is killed in the middle of a build', async () => {
    const script = `
      const { CompileProcess } = require(${JSON.stringify(join(__dirname, '..', 'dist', 'compile-process-handle.js'))});
      const compileProcess = new CompileProcess(${JSON.stringify(LIMITS)});
      compileProcess.ready.then(() => { compileProcess.build(${JSON.stringify(request(LONG))}); process.stdout.write('building'); });`;
    const parent = spawn(process.execPath, ['-'], { stdio: ['pipe', 'pipe', 'inherit'] });
    parent.stdin.end(script);
    await once(parent.stdout, 'data');
    const members = groupsOf(parent.pid ?? 0);
    expect(members).toHaveLength(2);
    parent.kill('SIGKILL');
    await until(() => members.every(({ pid }) => !alive(pid)));
  });
});
