import { z } from 'zod';

/** One object for preflights and answers, as HTTP APIs have it; the integration's own CORS headers are then ignored. */
export const corsSettings = z.strictObject({
  allowOrigins: z.array(z.string().min(1).max(256)).min(1).max(100),
  allowMethods: z
    .array(z.string().regex(/^([A-Z]+|\*)$/, 'must be a method or "*"'))
    .max(20)
    .default([]),
  allowHeaders: z.array(z.string().min(1).max(256)).max(100).default([]),
  exposeHeaders: z.array(z.string().min(1).max(256)).max(100).default([]),
  /** -1 = preflights are not cached. */
  maxAgeSeconds: z.int().min(-1).max(86_400).optional(),
  allowCredentials: z.boolean().default(false),
});
export type CorsSettings = z.infer<typeof corsSettings>;
