import { z } from 'zod';
import { checkBodyTemplate, parseMappingTemplate, type MappingSide } from './mapping-expression';
import { parseRequestTarget, parseResponseTarget } from './mapping-target';

/** `append:header.NAME`, `overwrite:querystring.NAME`, `remove:header.NAME`, `overwrite:path` → a value with `$request…`, `$context…`, `$stageVariables…`. */
export const requestParameters = z.record(z.string().max(512), z.string().max(4096)).superRefine((mapping, context) => {
  checkMapping(mapping, parseRequestTarget, 'request', context);
});
export type RequestParameters = z.infer<typeof requestParameters>;

/** By status (`200`, `4xx`, `default`): `append|overwrite|remove:header.NAME`, `overwrite:statuscode`. */
export const responseParameters = z.record(
  z.string().regex(/^([2-5]\d\d|[2-5]xx|default)$/, 'must be a status such as "200" or "4xx", or "default"'),
  z.record(z.string().max(512), z.string().max(4096)).superRefine((mapping, context) => {
    checkMapping(mapping, parseResponseTarget, 'response', context);
  }),
);
export type ResponseParameters = z.infer<typeof responseParameters>;

/** A JSON value whose strings that are exactly an expression are replaced by what the expression names. */
export const bodyTemplate = z.json();
export type BodyTemplate = z.infer<typeof bodyTemplate>;

export const requestBodyTemplate = checkedTemplate('request');
export const responseBodyTemplate = checkedTemplate('response');

/** Says in the words of the thrower what is wrong, as an issue of the value at hand. */
export function checked(check: () => void, context: z.RefinementCtx, path: readonly PropertyKey[] = []): void {
  try {
    check();
  } catch (error) {
    context.addIssue({ code: 'custom', message: (error as Error).message, path: [...path] });
  }
}

function checkedTemplate(side: MappingSide): z.ZodType<BodyTemplate> {
  return bodyTemplate.superRefine((template, context) => checked(() => checkBodyTemplate(template, side), context));
}

function checkMapping(
  mapping: Readonly<Record<string, string>>,
  parseTarget: (key: string) => { readonly action: string; readonly on: string },
  side: MappingSide,
  context: z.RefinementCtx,
): void {
  for (const [key, value] of Object.entries(mapping)) {
    const check = (): void => {
      const { action, on } = parseTarget(key);
      if (action === 'remove') {
        if (value !== '') throw new RangeError('removes, so its value must be ""');
        return;
      }
      const template = parseMappingTemplate(value, side);
      if (on === 'statuscode' && template.every((part) => typeof part === 'string') && !/^[2-5]\d\d$/.test(value))
        throw new RangeError('must be a status from 200 to 599');
    };
    checked(check, context, [key]);
  }
}
