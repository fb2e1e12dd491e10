import { z } from 'zod';
import { stageName } from './api/stage';
import { LIMITS } from './limits';

/** A host name of at least two labels; `*.` in front takes every name of one more label. */
export const domainName = z
  .string()
  .max(253)
  .regex(
    /^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
    'must be a host name in lower case such as "api.example.com" or "*.example.com"',
  )
  // An address: who calls a gateway by its own would find nothing else there any more.
  .refine((name) => !/\.\d+$/.test(name), 'must be a host name; an IP address is none');

const domainMapping = z.strictObject({
  /** `''` or absent = every path that no longer one takes. */
  basePath: z
    .string()
    .max(LIMITS.basePathCharsMax)
    .regex(
      /^([A-Za-z0-9$\-._+!*'()]+(\/[A-Za-z0-9$\-._+!*'()]+)*)?$/,
      "must be path segments of letters, digits and $-._+!*'() without a slash at either end",
    )
    .refine((path) => !/(^|\/)\.{1,2}(\/|$)/.test(path), 'has a "." or ".." segment, which no request path has')
    .default(''),
  api: z.string().regex(/^[a-z0-9-]{1,64}$/, 'must be the name of an API'),
  stage: stageName.default('$default'),
});
export type DomainMapping = z.infer<typeof domainMapping>;

/** Files on every gateway, read again when they change; or PEM texts, kept with the domain, the key encrypted. */
const certificate = z.union([
  z.strictObject({ certFile: z.string().min(1).max(4_096), keyFile: z.string().min(1).max(4_096) }),
  z.strictObject({ cert: z.string().min(1).max(65_536), key: z.string().min(1).max(65_536) }),
]);

/** What `PUT /v1/domains/{domain}` takes. */
export const domainSettings = z.strictObject({
  mappings: z
    .array(domainMapping)
    .max(LIMITS.domainMappingsMax)
    .refine(
      (mappings) => new Set(mappings.map(({ basePath }) => basePath)).size === mappings.length,
      'has a base path twice',
    )
    .default([]),
  certificate: certificate.optional(),
});
export type DomainSettings = z.infer<typeof domainSettings>;

export type DomainCertificate =
  { readonly certFile: string; readonly keyFile: string } | { readonly cert: string; readonly encryptedKey: string };

/** A custom domain as every gateway holds it in memory. */
export interface DomainRecord {
  readonly schema: 1;
  readonly name: string;
  readonly mappings: readonly DomainMapping[];
  readonly certificate?: DomainCertificate;
  readonly createdAt: string;
  readonly updatedAt: string;
}
