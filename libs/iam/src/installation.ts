import { SettingsError, type MasterKey } from '@sluice/config';
import { RedisKeys, type Redis } from '@sluice/redis';

/**
 * Ties the data in Redis to one master key: the first start records the key's id (not the key), and a start with another key
 * stops here with a SettingsError instead of failing later on the first secret it cannot open.
 */
export async function claimInstallation(redis: Redis, masterKey: MasterKey): Promise<void> {
  const key = keys.install();
  const claimed = await redis.set(key, JSON.stringify({ schema: 1, masterKeyId: masterKey.keyId }), 'NX');
  if (claimed === 'OK') return;
  const stored = JSON.parse((await redis.get(key)) ?? '{}') as { schema?: number; masterKeyId?: string };
  if (stored.schema !== 1) throw new Error('the data in Redis was written by a newer version of Sluice');
  if (stored.masterKeyId === masterKey.keyId) return;
  throw new SettingsError([
    `The data in Redis belongs to master key ${stored.masterKeyId ?? '(unknown)'}, but this start has ${masterKey.keyId}: ` +
      'set SLUICE_MASTER_KEY or SLUICE_MASTER_KEY_FILE to the key the data was made with.',
  ]);
}

const keys = new RedisKeys();
