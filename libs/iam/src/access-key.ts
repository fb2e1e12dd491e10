import { type Principal } from './principal';

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly principal: Principal;
}

/** Where the authenticator finds keys; answers from memory or at the cost of one look-up. */
export interface AccessKeySource {
  find(accessKeyId: string): Promise<AccessKey | null>;
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
  const id = [...randomBytes(16)].map((byte) => BASE32[byte & 31]).join('');
  return { accessKeyId: `AKIA${id}`, secretAccessKey: randomBytes(30).toString('base64url') };
}
