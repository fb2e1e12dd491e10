import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { ACCOUNT_ID } from '@sluice/contracts';
import { type MasterKey } from '@sluice/config';
import { RedisKeys, type Redis } from '@sluice/redis';
import {
  ACCESS_KEY_ID,
  accessKeyAad,
  newAccessKey,
  SECRET_ACCESS_KEY,
  type AccessKey,
  type AccessKeySource,
} from './access-key';
import { ROOT_ARN } from './principal';

type Credentials = Pick<AccessKey, 'accessKeyId' | 'secretAccessKey'>;

export interface RootAccessKeyOptions {
  readonly redis: Redis;
  readonly masterKey: MasterKey;
  readonly dataDirectory: string;
  /** From the operator (SLUICE_ROOT_*): replaces whatever is stored. */
  readonly given?: Credentials | undefined;
  readonly randomBytes: (size: number) => Buffer;
}

/**
 * The root access key of this installation. The first process to start makes it (SET NX, the secret encrypted with the master
 * key) and every other one reads it. It also stands in `<data directory>/root-credentials.json` (0600), unless the operator gave it:
 * then the operator has it, and a change of it takes effect as gateways restart.
 */
export async function openRootAccessKey(options: RootAccessKeyOptions): Promise<RootAccessKey> {
  const { redis, masterKey, dataDirectory, given, randomBytes } = options;
  const key = keys.root();
  if (given) {
    assertWellFormed(given);
    await redis.set(key, seal(given, masterKey));
    return new RootAccessKey(given);
  }
  await redis.set(key, seal(newAccessKey(randomBytes), masterKey), 'NX');
  const stored = await redis.get(key);
  if (stored === null) throw new Error('the root access key went away while it was being read');
  const credentials = unseal(stored, masterKey);
  await writeCredentials(dataDirectory, credentials);
  return new RootAccessKey(credentials);
}

/** Finds the root access key and no other. */
export class RootAccessKey implements AccessKeySource {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  private readonly key: AccessKey;

  constructor({ accessKeyId, secretAccessKey }: Credentials) {
    this.accessKeyId = accessKeyId;
    this.secretAccessKey = secretAccessKey;
    this.key = {
      accessKeyId,
      secretAccessKey,
      principal: {
        kind: 'root',
        accessKeyId,
        arn: ROOT_ARN,
        userId: ACCOUNT_ID,
        userName: null,
        policies: null,
      },
    };
  }

  find(accessKeyId: string): AccessKey | null {
    return accessKeyId === this.accessKeyId ? this.key : null;
  }
}

const keys = new RedisKeys();

function assertWellFormed({ accessKeyId, secretAccessKey }: Credentials): void {
  if (!ACCESS_KEY_ID.test(accessKeyId)) {
    throw new Error('SLUICE_ROOT_ACCESS_KEY_ID must be 16 to 128 letters, digits or "_"');
  }
  if (!SECRET_ACCESS_KEY.test(secretAccessKey)) {
    throw new Error('SLUICE_ROOT_SECRET_ACCESS_KEY must be 16 to 128 printable ASCII characters without spaces');
  }
}

function seal({ accessKeyId, secretAccessKey }: Credentials, masterKey: MasterKey): string {
  return JSON.stringify({
    schema: 1,
    accessKeyId,
    secretAccessKey: masterKey.encrypt(secretAccessKey, accessKeyAad(accessKeyId)),
  });
}

function unseal(text: string, masterKey: MasterKey): Credentials {
  const stored = JSON.parse(text) as { schema: number } & Credentials;
  if (stored.schema !== 1) throw new Error('the root access key was written by a newer version of Sluice');
  const { accessKeyId } = stored;
  return { accessKeyId, secretAccessKey: masterKey.decrypt(stored.secretAccessKey, accessKeyAad(accessKeyId)) };
}

/** Written beside and renamed, so that a reader never sees half a file, and only when it says something else. */
async function writeCredentials(dataDirectory: string, credentials: Credentials): Promise<void> {
  const path = join(dataDirectory, 'root-credentials.json');
  const { accessKeyId, secretAccessKey } = credentials;
  const text = `${JSON.stringify({ accessKeyId, secretAccessKey })}\n`;
  if ((await readFile(path, 'utf8').catch(() => null)) === text) return;
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  const beside = `${path}.${randomUUID()}`;
  const file = await open(beside, 'wx', 0o600);
  try {
    await file.chmod(0o600);
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(beside, path);
}
