import { z } from 'zod';

/** A JSON Schema (2020-12), or the name of one in the API's `models`. */
export const schemaReference = z.union([
  z.strictObject({ model: z.string().min(1).max(256) }),
  z.record(z.string(), z.json()),
  z.boolean(),
]);
export type SchemaReference = z.infer<typeof schemaReference>;

const parameter = z.strictObject({ required: z.boolean().default(false), schema: schemaReference.optional() });
const parameters = z.record(z.string().min(1).max(256), parameter);

/** What a request must look like before it reaches the integration. */
export const validationSettings = z.strictObject({
  /** By media type; `application/json` is what a schema alone means. */
  body: z.record(z.string().min(1).max(256), schemaReference).optional(),
  bodyRequired: z.boolean().default(false),
  query: parameters.optional(),
  headers: parameters.optional(),
  path: parameters.optional(),
});
export type ValidationSettings = z.infer<typeof validationSettings>;
