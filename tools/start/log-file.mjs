import { closeSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const fileBytesMax = 32 * 1024 * 1024;

/**
 * The log of one process: appended to, and renamed to `.1` when it is full, so it never takes more than twice its limit.
 * Written at once: these are the few lines that explain a death, and they must be there after one.
 */
export class LogFile {
  #fd;
  #bytes;

  /** @param {string} path */
  constructor(path) {
    this.path = path;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.#fd = openSync(path, 'a', 0o600);
    this.#bytes = statSync(path).size;
  }

  /** @param {string} line */
  writeLine(line) {
    if (this.#bytes > fileBytesMax) {
      closeSync(this.#fd);
      renameSync(this.path, `${this.path}.1`);
      this.#fd = openSync(this.path, 'a', 0o600);
      this.#bytes = 0;
    }
    try {
      this.#bytes += writeSync(this.#fd, `${line}\n`);
    } catch {
      // A full disk must not end the platform; the line is lost.
    }
  }
}
