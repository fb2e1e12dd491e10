import { type GatewaySettings } from '@sluice/config';
import { type Webhook } from '@sluice/egress';
import { StoreCircuit, type RedisRoles, type Redis } from '@sluice/redis';
import {
  ApiKeyDirectory,
  type Bucket,
  BucketDirectory,
  ClientBuckets,
  quotaAlerts,
  QuotaGate,
  RateGate,
  RedisBucketStore,
  RedisQuotaStore,
  Throttle,
  UsageBuffer,
} from '@sluice/throttling';
import { type ConfigurationChange, type ConfigurationStore } from './configuration/configuration-store';

export interface ThrottlingOptions {
  readonly settings: GatewaySettings;
  readonly redis: RedisRoles;
  readonly configuration: ConfigurationStore;
  readonly sendWebhook: (webhook: Webhook) => void;
  /** Monotonic. */
  readonly nowMs: () => number;
  readonly onError: (message: string, error: unknown) => void;
}

/** The place an encrypted secret stands in: copied to another plan it decrypts no more. */
export function alertSecretAad(planName: string): string {
  return `usage-plan/${planName}/quota-alerts`;
}

/** Everything that says how often somebody may call, put together: the steps `admit`, `require-api-key` and `throttle` ask here. */
export class Throttling {
  readonly buckets = new BucketDirectory();
  readonly clients = new ClientBuckets();
  readonly apiKeys = new ApiKeyDirectory(this.buckets, Date.now);
  readonly throttle: Throttle;
  /** Over all routes; null = no such limit. */
  readonly accountBucket: Bucket | null;
  readonly nowMs: () => number;
  private readonly usage: UsageBuffer;
  private readonly circuits: readonly StoreCircuit[];
  private stopListening: () => void = () => undefined;

  constructor(private readonly options: ThrottlingOptions) {
    const { settings, redis, nowMs } = options;
    const { accountThrottle, throttleWithoutRedis: withoutStore } = settings;
    this.nowMs = nowMs;
    this.accountBucket = accountThrottle === null ? null : this.buckets.of('account', [], accountThrottle);
    const rateCircuit = this.circuit(redis.volatile, 'rates');
    const quotaCircuit = this.circuit(redis.durable, 'quotas');
    this.circuits = [rateCircuit, quotaCircuit];
    const quotaStore = new RedisQuotaStore({
      redis: redis.durable,
      nowMs,
      epochMs: Date.now,
      onPercent: this.quotaAlerts(),
    });
    this.usage = new UsageBuffer(quotaStore, quotaCircuit);
    const rates = new RateGate({
      store: new RedisBucketStore(redis.volatile, nowMs),
      circuit: rateCircuit,
      withoutStore,
      nowMs,
    });
    const quotas = new QuotaGate({ store: quotaStore, circuit: quotaCircuit, usage: this.usage, withoutStore, nowMs });
    this.throttle = new Throttle(rates, quotas, nowMs);
  }

  /** Follows plans and keys, from the configuration as it is loaded by now. */
  start(): void {
    this.apply({ kind: 'all', name: null });
    this.stopListening = this.options.configuration.onChange((change) => this.apply(change));
    this.usage.start();
  }

  /** Writes what is counted and not stored yet. */
  async stop(): Promise<void> {
    this.stopListening();
    await this.usage.stop();
    for (const circuit of this.circuits) circuit.stop();
  }

  private apply({ kind, name }: ConfigurationChange): void {
    const { configuration } = this.options;
    const [plans, keys] = [configuration.records('usage-plan'), configuration.records('api-key')];
    if (kind === 'usage-plan') this.apiKeys.setPlan(name, plans.get(name) ?? null);
    else if (kind === 'api-key') this.apiKeys.setKey(name, keys.get(name) ?? null);
    else if (kind === 'all') this.apiKeys.setAll(plans.values(), keys.values());
  }

  private circuit(redis: Redis, what: string): StoreCircuit {
    const { onError, settings } = this.options;
    const meanwhile =
      settings.throttleWithoutRedis === 'open' ? 'this gateway keeps them by itself' : 'what is limited is refused';
    return new StoreCircuit({
      probe: () => redis.ping(),
      onChange: (error) => {
        if (error === null) onError(`${what} are kept in Redis again`, null);
        else onError(`${what} cannot be kept in Redis; ${meanwhile}`, error);
      },
    });
  }

  private quotaAlerts(): ReturnType<typeof quotaAlerts> {
    const { configuration, sendWebhook, settings, nowMs, onError } = this.options;
    return quotaAlerts({
      planOf: (planName) => configuration.records('usage-plan').get(planName),
      send: ({ url, sealedSecret }, alert) => {
        try {
          const aad = alertSecretAad(alert.usagePlan);
          const signing = sealedSecret === undefined ? {} : { secret: settings.masterKey.decrypt(sealedSecret, aad) };
          sendWebhook({ url, payload: alert, ...signing });
        } catch (error) {
          onError(`an alert of the usage plan ${alert.usagePlan} cannot be signed`, error);
        }
      },
      nowMs,
      epochMs: Date.now,
    });
  }
}
