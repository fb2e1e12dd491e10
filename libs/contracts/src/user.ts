import { type PolicyDocument } from './policy/policy-document';

export type AccessKeyStatus = 'Active' | 'Inactive';

/** An access key as it is stored: nobody reads its secret again. */
export interface AccessKeyRecord {
  readonly accessKeyId: string;
  /** AES-256-GCM text under the master key, bound to the id. */
  readonly secret: string;
  readonly status: AccessKeyStatus;
  readonly createdAt: string;
}

/** A user, as every gateway holds it in memory. */
export interface UserRecord {
  readonly schema: 1;
  readonly name: string;
  /** Never used again for another user, whatever its name; what events call the caller. */
  readonly userId: string;
  readonly description?: string;
  /** Names of groups, whose policies are the user's as well. */
  readonly groups: readonly string[];
  readonly policies: Readonly<Record<string, PolicyDocument>>;
  readonly accessKeys: readonly AccessKeyRecord[];
  readonly createdAt: string;
}

/** Policies that several users share. */
export interface GroupRecord {
  readonly schema: 1;
  readonly name: string;
  readonly description?: string;
  readonly policies: Readonly<Record<string, PolicyDocument>>;
  readonly createdAt: string;
}
