import { z } from 'zod';
import { LIMITS } from '../limits';

/** A token bucket: `rate` tokens flow in per second, at most `burst` are held; one request takes one. */
export const throttleSettings = z.strictObject({
  rate: z.number().positive().max(LIMITS.throttleRateMax),
  burst: z.int().min(1).max(LIMITS.throttleBurstMax),
});
export type ThrottleSettings = z.infer<typeof throttleSettings>;

/** Who may come in at all, by address: CIDR blocks or single addresses; deny wins. `throttle` is per address (IPv6: per /64). */
export const clientAddressSettings = z.strictObject({
  allow: z.array(z.string().min(1)).max(LIMITS.addressBlocksMax).optional(),
  deny: z.array(z.string().min(1)).max(LIMITS.addressBlocksMax).optional(),
  throttle: throttleSettings.optional(),
});
export type ClientAddressSettings = z.infer<typeof clientAddressSettings>;
