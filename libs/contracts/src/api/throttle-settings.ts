import { z } from 'zod';
import { LIMITS } from '../limits';
import { parseAddressBlock } from '../policy/address-block';

/** A token bucket: `rate` tokens flow in per second, at most `burst` are held; one request takes one. */
export const throttleSettings = z.strictObject({
  rate: z.number().positive().max(LIMITS.throttleRateMax),
  burst: z.int().min(1).max(LIMITS.throttleBurstMax),
});
export type ThrottleSettings = z.infer<typeof throttleSettings>;

const addressBlock = z
  .string()
  .max(64)
  .refine((text) => parseAddressBlock(text) !== null, 'must be an IP address or a CIDR block such as 203.0.113.0/24');
const addressBlocks = z.array(addressBlock).max(LIMITS.addressBlocksMax);

/** Who may come in at all, by address: CIDR blocks or single addresses; deny wins. `throttle` is per address (IPv6: per /64). */
export const clientAddressSettings = z.strictObject({
  allow: addressBlocks.optional(),
  deny: addressBlocks.optional(),
  throttle: throttleSettings.optional(),
});
export type ClientAddressSettings = z.infer<typeof clientAddressSettings>;
