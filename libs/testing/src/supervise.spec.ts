import { importTool } from './import-tool';
import { waitFor } from './wait-for';

interface SupervisedProcess {
  readonly pid: () => number | undefined;
  readonly isRunning: () => boolean;
  readonly stop: (graceMs: number) => Promise<void>;
}
interface Program {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly livenessPipe?: boolean;
  readonly onLine?: (line: string) => void;
  readonly onRestart?: (message: string) => void;
  readonly onGiveUp?: (message: string, tail: string[]) => void;
}

describe('supervised process', () => {
  let supervise: (program: Program) => SupervisedProcess;
  beforeAll(async () => {
    ({ supervise } = await importTool<{ supervise: typeof supervise }>('start/supervise.mjs'));
  });
  const node = process.execPath;

  test('is started again when it dies, and given up with its last lines after five deaths in a minute', async () => {
    const restarts: string[] = [];
    const [message, tail] = await new Promise<[string, string[]]>((resolve) => {
      supervise({
        name: 'dying',
        command: '/bin/sh',
        args: ['-c', 'echo the reason >&2; exit 3'],
        onRestart: (restart) => restarts.push(restart),
        onGiveUp: (...giveUp) => resolve(giveUp),
      });
    });
    expect(restarts).toHaveLength(4);
    expect(restarts[0]).toBe('dying died (exit code 3); starting it again');
    expect(message).toBe('dying died 5 times within a minute (last: exit code 3)');
    expect(tail.at(-1)).toBe('the reason');
  });

  test('has a pipe that closes when its parent ends', async () => {
    const lines: string[] = [];
    const child = supervise({
      name: 'watching',
      command: node,
      args: [
        '-e',
        'const fs = require("fs"); console.log(process.env.SLUICE_PARENT_PIPE_FD, fs.fstatSync(3).isSocket() || fs.fstatSync(3).isFIFO()); setInterval(() => {}, 1e6)',
      ],
      livenessPipe: true,
      onLine: (line) => lines.push(line),
    });
    await waitFor(() => lines.length > 0, { what: 'a line' });
    expect(lines).toEqual(['3 true']);
    await child.stop(1000);
    expect(child.isRunning()).toBe(false);
  });

  test('that ignores SIGTERM is killed after its grace, its own children included', async () => {
    const lines: string[] = [];
    const child = supervise({
      name: 'stubborn',
      command: '/bin/sh',
      args: ['-c', 'trap "" TERM; sleep 1000 & echo $!; wait; wait'],
      onLine: (line) => lines.push(line),
    });
    const grandchild = Number(await waitFor(() => lines[0], { what: 'the pid of the grandchild' }));
    await child.stop(50);
    await waitFor(() => !isAlive(grandchild), { what: 'the grandchild ended' });
  });

  test('a program that does not exist is a death, not an exception', async () => {
    const restarts: string[] = [];
    const child = supervise({
      name: 'missing',
      command: '/nonexistent/program',
      args: [],
      onRestart: (message) => restarts.push(message),
    });
    await waitFor(() => restarts.length > 0, { what: 'a restart' });
    expect(restarts[0]).toContain('ENOENT');
    await child.stop(0);
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
