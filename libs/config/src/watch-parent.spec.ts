import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** A child that does nothing but watch; it says so, so the test does not race with its start. */
const child = `
  const { watchParent } = require(process.argv[1]);
  watchParent(process.env, () => { console.log('gone'); process.exit(0); });
  setInterval(() => {}, 60000);
  console.log('watching');`;

test('a child learns that the pipe to its parent closed', async () => {
  const watching = spawn(process.execPath, ['-e', child, join(__dirname, '../dist/watch-parent.js')], {
    stdio: ['ignore', 'pipe', 'inherit', 'pipe'],
    env: { SLUICE_PARENT_PIPE_FD: '3' },
  });
  try {
    const lines: string[] = [];
    watching.stdout?.setEncoding('utf8').on('data', (text: string) => {
      lines.push(text.trim());
      if (text.includes('watching')) watching.stdio[3]?.destroy();
    });
    expect(await once(watching, 'exit')).toEqual([0, null]);
    expect(lines).toEqual(['watching', 'gone']);
  } finally {
    watching.kill('SIGKILL');
  }
});
