import { z } from 'zod';

/** `*`, `https://*`, `https://app.example.com:8443`, `https://*.example.com`. */
const ORIGIN_PATTERN = /^(\*|https?:\/\/(\*|(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*|\[[0-9a-f:.]+\])(:\d{1,5})?)$/;
const ANY_ORIGIN = /^(\*|https?:\/\/\*(:\d+)?)$/;

const originPattern = z
  .string()
  .max(256)
  .regex(
    ORIGIN_PATTERN,
    'must be "*", "https://*" or an origin in lower case without a path, such as "https://app.example.com" or "https://*.example.com"',
  );
const headerName = z.string().regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/, 'must be a header name or "*"');

/** One object for preflights and answers, as HTTP APIs have it; the integration's own CORS headers are then ignored. */
export const corsSettings = z
  .strictObject({
    allowOrigins: z.array(originPattern).min(1).max(100),
    allowMethods: z
      .array(z.string().regex(/^([A-Z]+|\*)$/, 'must be a method or "*"'))
      .max(20)
      .default([]),
    allowHeaders: z.array(headerName).max(100).default([]),
    exposeHeaders: z.array(headerName).max(100).default([]),
    /** -1 = preflights are not cached. */
    maxAgeSeconds: z.int().min(-1).max(86_400).optional(),
    allowCredentials: z.boolean().default(false),
  })
  .superRefine(({ allowCredentials, allowOrigins, exposeHeaders }, context) => {
    if (!allowCredentials) return;
    allowOrigins.forEach((origin, index) => {
      if (!ANY_ORIGIN.test(origin)) return;
      const message =
        'lets every site in, which goes together with "allowCredentials": true as little as on AWS; list the origins';
      context.addIssue({ code: 'custom', path: ['allowOrigins', index], message });
    });
    if (exposeHeaders.includes('*')) {
      const message = 'browsers take "*" for a header of that name when credentials are sent; list the headers';
      context.addIssue({ code: 'custom', path: ['exposeHeaders'], message });
    }
  });
export type CorsSettings = z.infer<typeof corsSettings>;
