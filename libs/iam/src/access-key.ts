import { type AccessKeyRecord } from '@sluice/contracts';
import { type MasterKey } from '@sluice/config';
import { type Principal } from './principal';

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly principal: Principal;
}

/** Where authentication finds keys: in memory, since every signed request asks. */
export interface AccessKeySource {
  find(accessKeyId: string): AccessKey | null;
}

/** AWS: 16 to 128 word characters. Signers send the id in `Credential=id/date/…`, Basic before a colon. */
export const ACCESS_KEY_ID = /^\w{16,128}$/;
/** Printable ASCII without spaces: what every signer and `curl --user` carries unchanged. */
export const SECRET_ACCESS_KEY = /^[\x21-\x7e]{16,128}$/;

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** A new id and secret of AWS's shape: `AKIA` and 16 letters, 40 characters of base64url (240 random bits). */
export function newAccessKey(
  randomBytes: (size: number) => Buffer,
): Pick<AccessKey, 'accessKeyId' | 'secretAccessKey'> {
  return { accessKeyId: newId('AKIA', randomBytes), secretAccessKey: randomBytes(30).toString('base64url') };
}

/** An id of AWS's shape: a prefix that says of what (`AKIA` access key, `AIDA` user) and 16 letters and digits. */
export function newId(prefix: 'AKIA' | 'AIDA', randomBytes: (size: number) => Buffer): string {
  return prefix + [...randomBytes(16)].map((byte) => BASE32[byte & 31]).join('');
}

/** A key as it is stored: its secret encrypted, and bound to its id so that it opens nowhere else. */
export function sealAccessKey(
  { accessKeyId, secretAccessKey }: Pick<AccessKey, 'accessKeyId' | 'secretAccessKey'>,
  masterKey: MasterKey,
  createdAt: string,
): AccessKeyRecord {
  const secret = masterKey.encrypt(secretAccessKey, accessKeyAad(accessKeyId));
  return { accessKeyId, secret, status: 'Active', createdAt };
}

export function accessKeyAad(accessKeyId: string): string {
  return `access-key:${accessKeyId}`;
}
