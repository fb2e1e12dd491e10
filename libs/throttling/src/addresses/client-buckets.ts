import { LIMITS, type ThrottleSettings } from '@sluice/contracts';
import { Bucket } from '../buckets/bucket';
import { TokenBucket } from '../buckets/token-bucket';
import { clientNetwork } from './address-rules';

/** The two buckets of one client at one stage. */
export interface ClientBucket {
  /** Every request of the client to this gateway, whether or not it turns out to be authorized. */
  readonly here: TokenBucket;
  /** Its requests to all gateways that got as far as the shared limits. */
  readonly shared: Bucket;
}

/**
 * Buckets by client address, at most `clientAddressesTrackedMax` together; the longest quiet go first. A bucket that is dropped is full
 * when it is made again: many addresses can make a gateway forget one, and then the shared bucket still counts it.
 */
export class ClientBuckets {
  private readonly clients = new Map<string, ClientBucket>();

  constructor(private readonly clientsMax: number = LIMITS.clientAddressesTrackedMax) {}

  of(apiName: string, stage: string, address: string, limits: ThrottleSettings): ClientBucket {
    const network = clientNetwork(address);
    // A canary may have other limits than its stage: each counts by its own here, and in the shared bucket both are one.
    const name = `${apiName}/${stage}/${network}/${limits.rate}/${limits.burst}`;
    const present = this.clients.get(name);
    // Put back at the end: the map's order is the order of last use.
    if (present !== undefined) this.clients.delete(name);
    const client = present ?? {
      here: new TokenBucket(limits),
      shared: new Bucket('client', [apiName, stage, network], limits),
    };
    this.clients.set(name, client);
    if (this.clients.size > this.clientsMax) this.dropOldest();
    return client;
  }

  get size(): number {
    return this.clients.size;
  }

  private dropOldest(): void {
    for (const name of this.clients.keys()) {
      this.clients.delete(name);
      return;
    }
  }
}
