/**
 * Makes the secrets of an installation, each in its own directory (a volume, mounted only where it is needed):
 *   master-key/master.key                         32 bytes in base64      gateways and runners
 *   root-credentials/root-credentials.json        the root access key     gateways
 *   redis-password/password, requirepass.conf     for both Redis          gateways, runners, Redis
 * What exists is kept, byte for byte: running it again, or at every start, is safe. Needs nothing but Node.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, fchmodSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const directory = process.argv[2] ?? '/var/lib/sluice';
const ownerOnly = 0o600;
/** Redis runs as another user, in the group of these files. */
const ownerAndGroup = 0o640;

try {
  makeOnce('master-key/master.key', {
    mode: ownerOnly,
    make: () => `${randomBytes(32).toString('base64')}\n`,
    isRight: (text) => Buffer.from(text.trim(), 'base64').length === 32,
  });
  makeOnce('root-credentials/root-credentials.json', {
    mode: ownerOnly,
    make: () => `${JSON.stringify(newAccessKey())}\n`,
    isRight: isAccessKey,
  });
  const password = makeOnce('redis-password/password', {
    mode: ownerAndGroup,
    make: () => `${randomBytes(32).toString('base64url')}\n`,
    isRight: (text) => /^[\w-]{32,}$/.test(text.trim()),
  });
  const directive = `requirepass ${password.trim()}`;
  makeOnce('redis-password/requirepass.conf', {
    mode: ownerAndGroup,
    make: () => `${directive}\n`,
    isRight: (text) => text.trim() === directive,
  });
} catch (error) {
  console.error(`init: ${error.message}`);
  process.exitCode = 1;
}

/**
 * The content of `name`, made if there is no such file. A file that is not what it should be is never replaced: it may be the only
 * trace of a key that data is encrypted under.
 */
function makeOnce(name, { mode, make, isRight }) {
  const path = join(directory, name);
  const made = createExclusively(path, mode, make());
  const text = readFileSync(path, 'utf8');
  if (!isRight(text)) {
    throw new Error(
      `${path} does not hold what belongs there: restore it from a backup, or remove it to have one made`,
    );
  }
  console.log(`init: ${made ? 'made' : 'kept'} ${path}`);
  return text;
}

/** Written and flushed under another name, then linked: nobody sees half a file, and of two that start at once one wins. */
function createExclusively(path, mode, text) {
  const beside = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  const file = openSync(beside, 'wx', mode);
  try {
    fchmodSync(file, mode);
    writeSync(file, text);
    fsyncSync(file);
    linkSync(beside, path);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    closeSync(file);
    rmSync(beside);
  }
}

/** An id and secret of AWS's shape, so that every AWS client takes them: `AKIA` and 16 of base32, 40 characters of base64url. */
function newAccessKey() {
  const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const accessKeyId = `AKIA${[...randomBytes(16)].map((byte) => base32[byte & 31]).join('')}`;
  return { accessKeyId, secretAccessKey: randomBytes(30).toString('base64url') };
}

function isAccessKey(text) {
  try {
    const { accessKeyId, secretAccessKey } = JSON.parse(text);
    return /^\w{16,128}$/.test(accessKeyId) && /^[\x21-\x7e]{16,128}$/.test(secretAccessKey);
  } catch {
    return false;
  }
}
