import { z } from 'zod';
import { LIMITS } from './limits';
import { usagePlanName } from './usage-plan';

/** AWS: 20 to 128 characters; keys made here are longer than the least. */
export const apiKeyValue = z.string().regex(/^[A-Za-z0-9_-]{20,128}$/, 'must be 20 to 128 letters, digits, "-" or "_"');

const name = z.string().min(1).max(1_024);
const description = z.string().max(1_024);
const usagePlans = z.array(usagePlanName).max(LIMITS.usagePlansPerApiKeyMax);
const expiresAt = z.iso.datetime({ offset: true, error: 'must be a time such as 2030-01-31T00:00:00Z' });
const tags = z
  .record(z.string().min(1).max(128), z.string().max(256))
  .refine((all) => Object.keys(all).length <= 50, 'may have at most 50 tags');

/** What `POST /v1/api-keys` takes. */
export const newApiKey = z.strictObject(
  {
    name,
    description: description.optional(),
    enabled: z.boolean().default(true),
    /** Not accepted from then on. */
    expiresAt: expiresAt.optional(),
    usagePlans: usagePlans.default([]),
    /** Whom the owner of the APIs knows this key by. */
    customerId: z.string().max(256).optional(),
    tags: tags.default({}),
    /** A value that exists already; absent = a new one is made. */
    value: apiKeyValue.optional(),
  },
  { error: 'must be a JSON object with "name"' },
);
export type NewApiKey = z.infer<typeof newApiKey>;

/** What `PATCH /v1/api-keys/{id}` takes; null takes a setting away. */
export const apiKeyChange = z.strictObject({
  name: name.optional(),
  description: description.nullable().optional(),
  enabled: z.boolean().optional(),
  expiresAt: expiresAt.nullable().optional(),
  usagePlans: usagePlans.optional(),
  customerId: z.string().max(256).nullable().optional(),
  tags: tags.optional(),
});
export type ApiKeyChange = z.infer<typeof apiKeyChange>;

/** What `POST /v1/api-keys/{id}/rotate` takes. */
export const apiKeyRotation = z.strictObject({
  /** How long the old value is still accepted. */
  graceSeconds: z.int().min(0).max(LIMITS.apiKeyGraceSecondsMax).default(0),
  value: apiKeyValue.optional(),
});
export type ApiKeyRotation = z.infer<typeof apiKeyRotation>;

/** An API key as every gateway holds it in memory: never its value, only what recognizes it. */
export interface ApiKeyRecord extends Omit<NewApiKey, 'value'> {
  readonly schema: 1;
  readonly id: string;
  /** SHA-256 of the value, hex. */
  readonly sha256: string;
  /** The value's first characters, by which its owner knows it again. */
  readonly prefix: string;
  /** The value before the last rotation, while it is still accepted. */
  readonly previous?: { readonly sha256: string; readonly acceptedUntil: string };
  readonly createdAt: string;
  readonly updatedAt: string;
}
