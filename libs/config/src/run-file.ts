import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export type ProcessRole = 'gateway' | 'runner';

/** What a running process tells the others on its machine: its pid and the addresses it really listens on. */
export interface RunFile {
  readonly pid: number;
  readonly publicUrl?: string;
  readonly tlsUrl?: string;
  readonly adminUrl?: string;
  readonly runnerUrl?: string;
}

/** Writes `run/<role>.json` in the data directory; a reader sees the whole file or none. */
export function writeRunFile(dataDirectory: string, role: ProcessRole, content: RunFile): void {
  const path = runFilePath(dataDirectory, role);
  mkdirSync(join(dataDirectory, 'run'), { recursive: true, mode: 0o700 });
  const temporaryPath = `${path}.${content.pid}.tmp`;
  writeFileSync(temporaryPath, `${JSON.stringify(content)}\n`, { mode: 0o600 });
  renameSync(temporaryPath, path);
}

/** Removes the file if it is still this process's: a successor may have written its own. */
export function removeRunFile(dataDirectory: string, role: ProcessRole, pid: number): void {
  const path = runFilePath(dataDirectory, role);
  try {
    const content = JSON.parse(readFileSync(path, 'utf8')) as RunFile;
    if (content.pid === pid) rmSync(path, { force: true });
  } catch {
    // Not there, or being replaced: nothing of ours to remove.
  }
}

function runFilePath(dataDirectory: string, role: ProcessRole): string {
  return join(dataDirectory, 'run', `${role}.json`);
}
