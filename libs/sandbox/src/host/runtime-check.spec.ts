import { spawnSync } from 'node:child_process';
import { hostCommand } from './host-command';
import { runtimeProblem } from './runtime-check';

const FLAGS = ['--no-node-snapshot'];
const OPTIONS = { rssMb: 1_024, runningSlots: 2, snapshot: true, idleMs: 60_000 };

describe('a sandbox host refuses to start', () => {
  it('on another Node than it was made for', () => {
    expect(runtimeProblem('20.19.0', FLAGS, '7.0.1')).toContain('needs Node 24');
  });

  it('without --no-node-snapshot', () => {
    expect(runtimeProblem('24.21.0', [], '7.0.1')).toContain('--no-node-snapshot');
    const { command, args } = hostCommand(OPTIONS);
    const started = spawnSync(
      command,
      args.filter((arg) => arg !== '--no-node-snapshot'),
      { env: {}, encoding: 'utf8' },
    );
    expect(started.status).toBe(78);
    expect(started.stderr.trim()).toMatch(/^sandbox host: needs node --no-node-snapshot.*$/);
  });

  it('with an isolated-vm that can be escaped from, or none', () => {
    expect(runtimeProblem('24.21.0', FLAGS, '7.0.0')).toContain('GHSA-864f-rcv7-6rh4');
    expect(runtimeProblem('24.21.0', FLAGS, '6.9.9')).toContain('GHSA-864f-rcv7-6rh4');
    expect(runtimeProblem('24.21.0', FLAGS, null)).toContain('not installed');
    expect(runtimeProblem('24.21.0', FLAGS, '7.1.0')).toBeNull();
  });

  it('with files of others to read', () => {
    const { args } = hostCommand(OPTIONS);
    expect(args).toContain('--permission');
    const readable = args.filter((arg) => arg.startsWith('--allow-fs-read='));
    expect(readable.length).toBeGreaterThan(0);
    for (const arg of readable)
      expect(arg).toMatch(/sandbox|framing|contracts|isolated-vm|node-gyp-build|alpine-release/);
    expect(args.some((arg) => /allow-(fs-write|child|worker)/.test(arg))).toBe(false);
  });
});
