import { SluiceError } from '@sluice/contracts';
import { RedisKeys, type Redis } from '@sluice/redis';
import { type SignedRequest } from './signature-verifier';

/**
 * Lets each signature change something once. A signature is good for five minutes (a presigned URL until it expires); whoever read
 * one off the wire could send it again. Over all gateways, and as long as the signature is good.
 */
export class UsedSignatures {
  constructor(
    private readonly options: {
      /** Volatile. */
      readonly redis: Redis;
      readonly nowMs: () => number;
    },
  ) {}

  /** @throws SluiceError SIGNATURE_REPLAYED. Rejects when Redis does not answer: then nothing may be changed. */
  async use(signed: SignedRequest): Promise<void> {
    const key = keys.usedSignature(signed.fingerprint);
    const forMs = Math.max(signed.goodUntilMs - this.options.nowMs(), 1) + SPARE_MS;
    if ((await this.options.redis.set(key, '', 'PX', Math.ceil(forMs), 'NX')) === 'OK') return;
    throw new SluiceError('SIGNATURE_REPLAYED', 'This very request was made before; sign it again to make it again.');
  }
}

const keys = new RedisKeys();
/** Clocks of gateways may differ by this. */
const SPARE_MS = 60_000;
