/** What a user needs once the platform runs: addresses, where the root key is, and three commands that work as printed. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

// On one line, so that each command is one line.
const helloSource =
  'export const handler = async (event: { pathParameters?: { name?: string } }) => ({ message: `Hello, ${event.pathParameters?.name ?? "world"}` });';
const helloApi = {
  routes: [{ route: 'GET /hello/{name}', integration: { type: 'function', function: 'hello' } }],
};

/**
 * @param {{ publicUrl: string, adminUrl: string, settings: { dataDirectory: string }, environment: NodeJS.ProcessEnv, seconds: number }} platform
 */
export function printAnnouncement({ publicUrl, adminUrl, settings, environment, seconds }) {
  const { keyPlace, curlUser } = rootKey(settings.dataDirectory, environment);
  console.log(`
Sluice is ready (${seconds.toFixed(1)} s)

  public    ${publicUrl}
  admin     ${adminUrl}   (reference: ${adminUrl}/docs)
  root key  ${keyPlace}
  logs      ${shown(join(settings.dataDirectory, 'logs'))}

Upload a function, give it a route, call it:

curl -sS -w '\\n' ${curlUser} -X PUT ${adminUrl}/v1/functions/hello -H 'content-type: application/typescript' --data-binary '${helloSource}'

curl -sS -w '\\n' ${curlUser} -X PUT ${adminUrl}/v1/apis/demo -H 'content-type: application/json' --data '${JSON.stringify(helloApi)}'

curl -sS -w '\\n' ${publicUrl}/demo/hello/Ada
`);
}

/**
 * The key goes to curl in a file only its owner can read: the commands work in every shell and from every directory, and the secret
 * is neither on the terminal nor in the list of processes.
 */
function rootKey(/** @type {string} */ dataDirectory, /** @type {NodeJS.ProcessEnv} */ environment) {
  const credentialsFile = environment.SLUICE_ROOT_CREDENTIALS_FILE || join(dataDirectory, 'root-credentials.json');
  const fromEnvironment = Boolean(environment.SLUICE_ROOT_ACCESS_KEY_ID);
  const key = fromEnvironment
    ? { accessKeyId: environment.SLUICE_ROOT_ACCESS_KEY_ID, secretAccessKey: environment.SLUICE_ROOT_SECRET_ACCESS_KEY }
    : existsSync(credentialsFile)
      ? JSON.parse(readFileSync(credentialsFile, 'utf8'))
      : undefined;
  if (!key) {
    // Another machine made the key and holds the file.
    return {
      keyPlace: 'made by the gateway that first used this Redis, in its root-credentials.json',
      curlUser: '--user ACCESS_KEY_ID:SECRET',
    };
  }
  const curlFile = join(dataDirectory, 'root.curl');
  const user = `${key.accessKeyId}:${key.secretAccessKey}`.replace(/[\\"]/g, '\\$&');
  writeFileSync(curlFile, `user = "${user}"\n`, { mode: 0o600 });
  return {
    keyPlace: fromEnvironment ? 'SLUICE_ROOT_ACCESS_KEY_ID of the environment' : shown(credentialsFile),
    curlUser: `--config ${quoted(curlFile)}`,
  };
}

/** Relative where that is shorter to read. */
function shown(/** @type {string} */ path) {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') ? path : fromHere;
}

/** For a POSIX shell. */
function quoted(/** @type {string} */ text) {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
