import { type ApiDefinition } from '@sluice/contracts';

/** `mode=merge`: what the import has replaces what is there, route by route and name by name; all else stays. */
export function mergeDefinitions(present: ApiDefinition, imported: ApiDefinition): ApiDefinition {
  const replaced = new Set(imported.routes.map(({ route }) => route));
  const documentation = present.documentation ?? imported.documentation;
  const authorizers = { ...present.authorizers, ...imported.authorizers };
  const models = { ...present.models, ...imported.models };
  return {
    ...present,
    ...imported,
    apiStyle: present.apiStyle,
    routes: [...present.routes.filter(({ route }) => !replaced.has(route)), ...imported.routes],
    ...(documentation === undefined ? {} : { documentation }),
    ...(Object.keys(authorizers).length === 0 ? {} : { authorizers }),
    ...(Object.keys(models).length === 0 ? {} : { models }),
  };
}
