import { randomBytes } from 'node:crypto';
import { type GatewaySettings } from '@sluice/config';
import {
  AccessKeyUses,
  Authenticator,
  claimInstallation,
  IdentityDirectory,
  openRootAccessKey,
  SignatureVerifier,
  UsedSignatures,
} from '@sluice/iam';
import { redactValue } from '@sluice/logging';
import { type RedisRoles } from '@sluice/redis';
import { type ConfigurationChange, type ConfigurationStore } from './configuration/configuration-store';

export interface AccessOptions {
  readonly settings: GatewaySettings;
  readonly redis: RedisRoles;
  readonly configuration: ConfigurationStore;
  readonly onError: (message: string, error: unknown) => void;
}

/** Who there is and how they prove it, put together: everything that needs to know keys and policies asks here. */
export class Access {
  readonly identities: IdentityDirectory;
  readonly signatures: SignatureVerifier;
  readonly authenticator: Authenticator;
  readonly uses: AccessKeyUses;
  readonly usedSignatures: UsedSignatures;
  private stopListening: (() => void) | null = null;

  constructor(private readonly options: AccessOptions) {
    const { settings, redis, configuration, onError } = options;
    const records = { users: configuration.records('user'), groups: configuration.records('group') };
    const accessKeys = new IdentityDirectory({ masterKey: settings.masterKey, records });
    this.identities = accessKeys;
    this.signatures = new SignatureVerifier({ accessKeys, nowMs: Date.now, randomBytes });
    this.authenticator = new Authenticator({ accessKeys, signatures: this.signatures, randomBytes });
    this.uses = new AccessKeyUses({
      redis: redis.durable,
      exists: (accessKeyId) => accessKeys.find(accessKeyId) !== null,
      onError,
    });
    this.usedSignatures = new UsedSignatures({ redis: redis.volatile, nowMs: Date.now });
  }

  /** Ties the data to the master key and reads the root access key; before anything else reads what is stored. */
  async open(): Promise<void> {
    const { settings, redis } = this.options;
    await claimInstallation(redis.durable, settings.masterKey);
    const root = await openRootAccessKey({
      redis: redis.durable,
      masterKey: settings.masterKey,
      dataDirectory: settings.dataDirectory,
      given: settings.rootAccessKey,
      randomBytes,
    });
    redactValue(root.secretAccessKey);
    this.identities.useRoot(root);
  }

  /** Follows users and groups, from the configuration as it is loaded by now. */
  start(): void {
    this.identities.loadAll();
    this.stopListening = this.options.configuration.onChange((change) => this.apply(change));
    this.uses.start();
  }

  async stop(): Promise<void> {
    this.stopListening?.();
    await this.uses.stop();
  }

  private apply(change: ConfigurationChange): void {
    if (change.kind === 'all') this.identities.loadAll();
    else if (change.kind === 'user') this.identities.userChanged(change.name);
    else if (change.kind === 'group') this.identities.groupChanged();
  }
}
