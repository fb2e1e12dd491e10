import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ivm from 'isolated-vm';
import { HOST_V8_FLAGS } from './host-command';

/** What every environment starts from: the prelude, as source and as a start-up snapshot. */
export interface GuestImage {
  /** null = run the source in every new context instead. */
  readonly snapshot: ivm.ExternalCopy<ArrayBuffer> | null;
  readonly code: string;
  /** SHA-256 over everything that V8 binds a code cache to. */
  readonly codeCacheKey: string;
}

/** Reads the built image and checks it against its manifest: a damaged snapshot crashes V8, it is not refused. */
export function readGuestImage(useSnapshot: boolean): GuestImage {
  const directory = join(__dirname, '..', 'guest-image');
  const manifest = JSON.parse(readFileSync(join(directory, 'manifest.json'), 'utf8')) as Record<string, unknown>;
  const code = readFileSync(join(directory, 'guest.js'));
  if (sha256(code) !== manifest['code']) throw new Error('guest.js does not match its manifest; build the guest again');
  const bytes = readFileSync(join(directory, 'guest.snapshot'));
  const checksum = sha256(bytes);
  if (checksum !== manifest['snapshot'])
    throw new Error('guest.snapshot does not match its manifest; build the guest again');
  const key = [useSnapshot ? checksum : sha256(code), process.versions.v8, process.arch, ...HOST_V8_FLAGS].join('\0');
  return {
    snapshot: useSnapshot ? new ivm.ExternalCopy(new Uint8Array(bytes).buffer) : null,
    code: code.toString('utf8'),
    codeCacheKey: sha256(Buffer.from(key)),
  };
}

function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
