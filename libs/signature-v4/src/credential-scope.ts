import { SignatureError } from './signature-error';

/** What a signing key is good for: one day, one region, one service. */
export interface CredentialScope {
  /** `YYYYMMDD` in UTC. */
  readonly date: string;
  readonly region: string;
  readonly service: string;
}

export function formatCredentialScope({ date, region, service }: CredentialScope): string {
  return `${date}/${region}/${service}/aws4_request`;
}

/**
 * `<access key id>/<date>/<region>/<service>/aws4_request`. Each part keeps to a small alphabet, so none of it can
 * carry separators into the string to sign, a log line or a key of a store.
 */
export function parseCredential(text: string): { accessKeyId: string; scope: CredentialScope } {
  const fields = /^([A-Za-z0-9._-]{1,128})\/(\d{8})\/([A-Za-z0-9_-]{1,64})\/([A-Za-z0-9_-]{1,64})\/aws4_request$/.exec(
    text,
  );
  const [, accessKeyId, date, region, service] = fields ?? [];
  if (accessKeyId === undefined || date === undefined || region === undefined || service === undefined) {
    throw new SignatureError(
      'malformed',
      'Credential must be <access key id>/<YYYYMMDD>/<region>/<service>/aws4_request.',
    );
  }
  return { accessKeyId, scope: { date, region, service } };
}
