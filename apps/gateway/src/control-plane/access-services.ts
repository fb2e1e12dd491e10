import { randomBytes } from 'node:crypto';
import { type MasterKey } from '@sluice/config';
import { type Access } from '../access';
import { type ConfigurationStore } from '../configuration/configuration-store';
import { AccessKeyService } from './access-keys/access-key-service';
import { GroupService } from './groups/group-service';
import { FunctionPolicyService } from './policies/function-policy-service';
import { IdentityPolicyService } from './policies/identity-policy-service';
import { PolicySimulator } from './policies/policy-simulator';
import { UserService } from './users/user-service';

/** What the control plane needs to say who may do what. */
export interface AccessServices {
  readonly users: UserService;
  readonly groups: GroupService;
  readonly accessKeys: AccessKeyService;
  readonly identityPolicies: IdentityPolicyService;
  readonly functionPolicies: FunctionPolicyService;
  readonly simulator: PolicySimulator;
}

export function accessServices(
  { identities, uses }: Access,
  configuration: ConfigurationStore,
  masterKey: MasterKey,
): AccessServices {
  const nowMs = Date.now;
  const users = new UserService({ configuration, uses, randomBytes, nowMs });
  const groups = new GroupService({ configuration, nowMs });
  return {
    users,
    groups,
    accessKeys: new AccessKeyService({ configuration, users, uses, masterKey, randomBytes, nowMs }),
    identityPolicies: new IdentityPolicyService({ configuration, users, groups }),
    functionPolicies: new FunctionPolicyService(configuration),
    simulator: new PolicySimulator({ users, identities }),
  };
}
