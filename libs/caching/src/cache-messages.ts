import { randomUUID } from 'node:crypto';
import { type Redis } from '@sluice/redis';
import { type CacheSlot } from './store/stored-response';

export interface CacheMessageListener {
  /** Another gateway replaced the answer of a key. */
  readonly replaced: (group: string, field: string) => void;
  /** Another gateway made all answers of a path old. */
  readonly outdated: (group: string) => void;
  /** The connection was lost for a while, and so may be messages. */
  readonly missed: () => void;
}

/**
 * What gateways tell each other about kept answers, over pub/sub: texts of a kind, the sender, and names. Names are hashes, so a space separates.
 * A message that is lost costs time (who waits looks again by itself) or is made up for by `missed`.
 */
export class CacheMessages {
  private readonly sender = randomUUID();
  private readonly waiting = new Map<string, Set<() => void>>();

  constructor(
    private readonly subscriber: Redis,
    private readonly channel: string,
    private readonly listener: CacheMessageListener,
  ) {}

  async start(): Promise<void> {
    this.subscriber.on('message', (_channel: string, text: string) => this.received(text));
    await this.subscriber.subscribe(this.channel);
    this.subscriber.on('ready', () => this.listener.missed());
  }

  stop(): void {
    this.subscriber.disconnect();
    for (const waiters of this.waiting.values()) for (const done of [...waiters]) done();
  }

  settled({ field }: CacheSlot): string {
    return `settled ${this.sender} ${field}`;
  }

  replaced({ group, field }: CacheSlot): string {
    return `replaced ${this.sender} ${group} ${field}`;
  }

  outdated(group: string): string {
    return `outdated ${this.sender} ${group}`;
  }

  /** Resolves when the fetch of a field has ended on whatever gateway, or after `timeoutMs`. */
  async untilSettled({ field }: CacheSlot, timeoutMs: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const waiters = this.waiting.get(field) ?? new Set();
      this.waiting.set(field, waiters);
      const done = (): void => {
        clearTimeout(timer);
        waiters.delete(done);
        if (waiters.size === 0) this.waiting.delete(field);
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      waiters.add(done);
    });
  }

  private received(text: string): void {
    const [kind, sender, name = '', field = ''] = text.split(' ');
    if (kind === 'settled') for (const done of [...(this.waiting.get(name) ?? [])]) done();
    // What this gateway did itself it has already applied.
    if (sender === this.sender) return;
    if (kind === 'replaced') this.listener.replaced(name, field);
    else if (kind === 'outdated') this.listener.outdated(name);
  }
}
