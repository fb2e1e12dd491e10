import { z } from 'zod';

/** `append:header.NAME`, `overwrite:querystring.NAME`, `remove:header.NAME`, `overwrite:path` → a value with `$request…`, `$context…`, `$stageVariables…`. */
export const requestParameters = z.record(z.string().max(512), z.string().max(4096));
export type RequestParameters = z.infer<typeof requestParameters>;

/** By status (`200`, `4xx`, `default`): `append|overwrite|remove:header.NAME`, `overwrite:statuscode`. */
export const responseParameters = z.record(
  z.string().regex(/^([1-5]\d\d|[1-5]xx|default)$/, 'must be a status such as "200" or "4xx", or "default"'),
  z.record(z.string().max(512), z.string().max(4096)),
);
export type ResponseParameters = z.infer<typeof responseParameters>;

/** A JSON value whose strings that are exactly an expression are replaced by what the expression names. */
export const bodyTemplate = z.json();
export type BodyTemplate = z.infer<typeof bodyTemplate>;
