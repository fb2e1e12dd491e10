/**
 * Unpacks the distribution's own signed redis-server into a private directory, as any user and without installing anything:
 * apt checks the signatures and works out which libraries this machine lacks, dpkg-deb unpacks them beside the server.
 * Every apt directory is private, so neither root nor the machine's apt locks are needed.
 */
import { execFile } from 'node:child_process';
import { mkdir, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { isExecutable } from './find-server.mjs';

const run = promisify(execFile);
const commandTimeoutMs = 120_000;
const toolDirectories = ['/usr/bin', '/bin'];

/** Whether this machine has what unpacking needs. */
export function canUnpackDebianPackage() {
  return ['apt-get', 'dpkg-deb'].every((tool) =>
    toolDirectories.some((directory) => isExecutable(join(directory, tool))),
  );
}

/**
 * Fills `packageDirectory` (root/ and library-path). The directory appears whole or not at all, so a start that was killed half-way
 * or two starts at once leave nothing broken behind.
 * @param {string} packageDirectory
 */
export async function unpackDebianPackage(packageDirectory) {
  const workDirectory = `${packageDirectory}.${process.pid}.tmp`;
  try {
    await rm(workDirectory, { recursive: true, force: true });
    const archives = await downloadArchives(workDirectory);
    const root = join(workDirectory, 'root');
    await mkdir(root);
    for (const archive of archives) await run('dpkg-deb', ['-x', archive, root], { timeout: commandTimeoutMs });
    await rm(join(workDirectory, 'apt'), { recursive: true, force: true });
    await writeFile(join(workDirectory, 'library-path'), await libraryPath(root, join(packageDirectory, 'root')));
    await rm(packageDirectory, { recursive: true, force: true });
    await rename(workDirectory, packageDirectory);
  } finally {
    await rm(workDirectory, { recursive: true, force: true });
  }
}

/** @param {string} workDirectory @returns {Promise<string[]>} */
async function downloadArchives(workDirectory) {
  const apt = join(workDirectory, 'apt');
  const archivesDirectory = join(apt, 'cache/archives');
  await mkdir(join(apt, 'lists/partial'), { recursive: true });
  await mkdir(join(archivesDirectory, 'partial'), { recursive: true });
  const configuration = join(apt, 'apt.conf');
  await writeFile(
    configuration,
    [
      `Dir::State::Lists "${apt}/lists";`,
      `Dir::Cache "${apt}/cache";`,
      `Dir::Log "${apt}";`,
      'APT::Sandbox::User "";',
      'Debug::NoLocking "true";',
      'Binary::apt-get::APT::Keep-Downloaded-Packages "true";',
      '#clear DPkg::Post-Invoke;',
      '#clear APT::Update::Post-Invoke;',
      '#clear APT::Update::Post-Invoke-Success;',
      '#clear APT::Update::Pre-Invoke;',
      '',
    ].join('\n'),
  );
  const options = { env: { ...process.env, APT_CONFIG: configuration, LC_ALL: 'C' }, timeout: commandTimeoutMs };
  await run('apt-get', ['update', '-qq'], options);
  await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', '--download-only', 'redis-server'], options);
  const archives = (await readdir(archivesDirectory)).filter((name) => name.endsWith('.deb'));
  if (archives.length === 0) throw new Error('apt-get downloaded no package');
  return archives.map((name) => join(archivesDirectory, name));
}

/** Every directory under `root` that holds a shared library, as it will be called once moved to `finalRoot`. */
async function libraryPath(/** @type {string} */ root, /** @type {string} */ finalRoot) {
  /** @type {Set<string>} */
  const directories = new Set();
  for (const name of await readdir(root, { recursive: true })) {
    if (/\.so(\.|$)/.test(name) && (await stat(join(root, name))).isFile())
      directories.add(join(finalRoot, dirname(name)));
  }
  return [...directories].sort().join(':');
}
