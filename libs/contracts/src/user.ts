import { z } from 'zod';
import { LIMITS } from './limits';
import { parseInput } from './parse-input';
import { type PolicyDocument } from './policy/policy-document';

/** AWS's rules for names of users, groups and policies. */
const userName = z.string().regex(/^[\w+=,.@-]{1,64}$/, 'must be 1 to 64 letters, digits or any of +=,.@_-');
const groupName = z.string().regex(/^[\w+=,.@-]{1,128}$/, 'must be 1 to 128 letters, digits or any of +=,.@_-');
const description = z.string().max(1_024).optional();

/** What `PUT /v1/users/{user}` takes; policies and access keys are written by themselves. */
export const userSettings = z.strictObject({
  description,
  groups: z
    .array(groupName)
    .max(LIMITS.groupsPerUserMax)
    .refine((names) => new Set(names).size === names.length, 'has a group twice')
    .default([]),
});

/** What `PUT /v1/groups/{group}` takes. */
export const groupSettings = z.strictObject({ description });

export const accessKeyChange = z.strictObject({ status: z.enum(['Active', 'Inactive']) });

export type AccessKeyStatus = z.infer<typeof accessKeyChange>['status'];

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

/** The name, or VALIDATION_FAILED saying what one may look like. */
export function parseUserName(name: string): string {
  return parseInput(userName, name, 'The user name');
}

export function parseGroupName(name: string): string {
  return parseInput(groupName, name, 'The group name');
}

export function parsePolicyName(name: string): string {
  return parseInput(groupName, name, 'The policy name');
}
