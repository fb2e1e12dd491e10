import { readFileSync } from 'node:fs';
import { settingTable } from './setting-table';

export interface AccessKeyPair {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The password in a file, without the line end an editor leaves. A file that cannot be used is noted as a problem. */
export function readPasswordFile(path: string, problems: string[]): string | undefined {
  const name = settingTable.redisPasswordFile.name;
  const password = readSecret(name, path, problems)?.trim();
  if (password === '') problems.push(`${name}=${path} is empty`);
  return password === '' ? undefined : password;
}

/** The access key in a file of the form `{"accessKeyId","secretAccessKey"}`, which is the form of `root-credentials.json`. */
export function readCredentialsFile(path: string, problems: string[]): AccessKeyPair | undefined {
  const { rootCredentialsFile, rootAccessKeyId, rootSecretAccessKey } = settingTable;
  const text = readSecret(rootCredentialsFile.name, path, problems);
  if (text === undefined) return undefined;
  try {
    const { accessKeyId, secretAccessKey } = JSON.parse(text) as Record<keyof AccessKeyPair, unknown>;
    return {
      accessKeyId: rootAccessKeyId.kind.parse(String(accessKeyId)) ?? '',
      secretAccessKey: rootSecretAccessKey.kind.parse(String(secretAccessKey)) ?? '',
    };
  } catch {
    problems.push(`${rootCredentialsFile.name}=${path} does not hold {"accessKeyId","secretAccessKey"}`);
    return undefined;
  }
}

/** The address with the password, unless it carries one. A unix socket has no host to put it before, so there it is a parameter. */
export function withRedisPassword(url: string, password: string): string {
  const parsed = new URL(url.startsWith('/') ? `unix://${url}` : url);
  if (parsed.password !== '' || parsed.searchParams.has('password')) return url;
  if (parsed.protocol === 'unix:') parsed.searchParams.set('password', password);
  else parsed.password = encodeURIComponent(password);
  return parsed.href;
}

function readSecret(name: string, path: string, problems: string[]): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    problems.push(`${name}=${path} cannot be read`);
    return undefined;
  }
}
