import { userArn, type AccessKeyRecord, type UserRecord } from '@sluice/contracts';
import { type AccessKeyUse, type AccessKeyUses } from '@sluice/iam';

/** A user as the control plane shows it. */
export function userView({ name, userId, description, groups, policies, accessKeys, createdAt }: UserRecord): object {
  return {
    name,
    arn: userArn(name),
    userId,
    ...(description === undefined ? {} : { description }),
    groups,
    policies: Object.keys(policies).sort(),
    accessKeys: accessKeys.map(({ accessKeyId, status }) => ({ accessKeyId, status })),
    createdAt,
  };
}

/** Access keys with their last use; never their secrets. */
export async function accessKeyViews(accessKeys: readonly AccessKeyRecord[], uses: AccessKeyUses): Promise<object[]> {
  const lastUses = await uses.read(accessKeys.map(({ accessKeyId }) => accessKeyId));
  return accessKeys.map((key, index) => accessKeyView(key, lastUses[index] ?? null));
}

function accessKeyView({ accessKeyId, status, createdAt }: AccessKeyRecord, use: AccessKeyUse | null): object {
  const lastUsed =
    use === null ? {} : { lastUsedAt: new Date(use.lastUsedAtMs).toISOString(), lastUsedService: use.service };
  return { accessKeyId, status, createdAt, ...lastUsed };
}
