import { createHmac } from 'node:crypto';
import { SluiceError } from '@sluice/contracts';
import { type EgressClient } from './egress-client';

export interface Webhook {
  readonly url: string;
  /** With it the request is signed; the receiver has the same one. */
  readonly secret?: string;
  /** Sent as JSON. */
  readonly payload: unknown;
}

export interface WebhookSenderOptions {
  readonly egress: EgressClient;
  readonly newDeliveryId: () => string;
  readonly nowEpochMs: () => number;
  /** A delivery that was given up, or not taken; never with the payload. */
  readonly onLost: (message: string, context: { origin: string; deliveryId: string; error?: unknown }) => void;
  /** Waits before the second, third, … attempt. */
  readonly retryDelaysMs?: readonly number[];
  readonly waitingMax?: number;
}

const RETRY_DELAYS_MS = [1_000, 5_000, 30_000, 120_000];
const WAITING_MAX = 1_000;
const IN_FLIGHT_MAX = 8;
const TIMEOUT_MS = 5_000;
const RESPONSE_BYTES_MAX = 64 * 1024;

interface Delivery {
  readonly id: string;
  readonly url: string;
  readonly secret: string | undefined;
  readonly body: string;
  attempt: number;
}

/**
 * POSTs JSON to addresses of users, through the guard: at least once while this process lives, nothing after it. Refused statuses
 * (other than 408 and 429) and refused addresses are final; everything else is tried again. Never blocks who sends.
 *
 * A delivery has `x-sluice-delivery` (the same over all attempts) and, where there is a secret,
 * `x-sluice-signature: t=<seconds>,v1=<hex HMAC-SHA256 of "<seconds>.<body>">`.
 */
export class WebhookSender {
  private readonly queue: Delivery[] = [];
  private readonly delays = new Set<NodeJS.Timeout>();
  private readonly abort = new AbortController();
  private inFlight = 0;

  constructor(private readonly options: WebhookSenderOptions) {}

  /** False when too many wait already; that is also told to `onLost`. */
  send({ url, secret, payload }: Webhook): boolean {
    const delivery: Delivery = {
      id: this.options.newDeliveryId(),
      url,
      secret,
      body: JSON.stringify(payload),
      attempt: 0,
    };
    const waiting = this.queue.length + this.delays.size;
    if (this.abort.signal.aborted || waiting >= (this.options.waitingMax ?? WAITING_MAX)) {
      this.lost('a webhook was not taken: too many wait', delivery);
      return false;
    }
    this.queue.push(delivery);
    this.next();
    return true;
  }

  /** Gives up what waits and what is under way. */
  stop(): void {
    this.abort.abort();
    for (const delay of this.delays) clearTimeout(delay);
    this.delays.clear();
    this.queue.length = 0;
  }

  private next(): void {
    while (this.inFlight < IN_FLIGHT_MAX) {
      const delivery = this.queue.shift();
      if (delivery === undefined) return;
      this.inFlight++;
      void this.attempt(delivery).finally(() => {
        this.inFlight--;
        this.next();
      });
    }
  }

  private async attempt(delivery: Delivery): Promise<void> {
    delivery.attempt++;
    try {
      const { status } = await this.options.egress.fetch(delivery.url, {
        method: 'POST',
        headers: this.headersOf(delivery),
        body: delivery.body,
        timeoutMs: TIMEOUT_MS,
        responseBytesMax: RESPONSE_BYTES_MAX,
        signal: this.abort.signal,
      });
      if (status < 300) return;
      const error = new Error(`the receiver answered ${status}`);
      if (status < 500 && status !== 408 && status !== 429) this.lost('a webhook was refused', delivery, error);
      else this.retry(delivery, error);
    } catch (error) {
      if (this.abort.signal.aborted) return;
      const isFinal = error instanceof SluiceError && error.code === 'EGRESS_DENIED';
      if (isFinal) this.lost('a webhook may not be sent there', delivery, error);
      else this.retry(delivery, error);
    }
  }

  private headersOf({ id, secret, body }: Delivery): Record<string, string> {
    const headers = { 'content-type': 'application/json', 'user-agent': 'Sluice-Webhook/1', 'x-sluice-delivery': id };
    if (secret === undefined) return headers;
    const seconds = Math.floor(this.options.nowEpochMs() / 1_000);
    const signature = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
    return { ...headers, 'x-sluice-signature': `t=${seconds},v1=${signature}` };
  }

  private retry(delivery: Delivery, error: unknown): void {
    const delayMs = (this.options.retryDelaysMs ?? RETRY_DELAYS_MS)[delivery.attempt - 1];
    if (delayMs === undefined) return this.lost('a webhook was given up', delivery, error);
    if (this.abort.signal.aborted) return;
    const delay = setTimeout(() => {
      this.delays.delete(delay);
      this.queue.push(delivery);
      this.next();
    }, delayMs).unref();
    this.delays.add(delay);
  }

  private lost(message: string, { id, url }: Delivery, error?: unknown): void {
    const origin = URL.canParse(url) ? new URL(url).origin : url;
    this.options.onLost(message, { origin, deliveryId: id, ...(error === undefined ? {} : { error }) });
  }
}
