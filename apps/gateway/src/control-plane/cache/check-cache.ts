import { SluiceError, type ApiDefinition, type ErrorDetail } from '@sluice/contracts';

/** Variables that `cache.key.path` names must be there, or somebody believes in a key that is none. Throws VALIDATION_FAILED naming each place. */
export function checkCache({ routes }: ApiDefinition): void {
  const details: ErrorDetail[] = routes.flatMap(({ route, cache }, index) => {
    const named = cache === undefined || cache === false ? [] : (cache.key.path ?? []);
    const variables = new Set(Array.from(route.matchAll(/\{([^}+]+)\+?\}/g), ([, name]) => name));
    return named
      .filter((name) => !variables.has(name))
      .map((name) => ({
        path: `routes[${index}] (${route.slice(0, 100)}).cache.key.path`,
        message: `the route has no variable {${name}}`,
      }));
  });
  const [first] = details;
  if (first === undefined) return;
  const message = `A cache key names what is not there: ${'path' in first ? first.path : ''}: ${first.message}.`;
  throw new SluiceError('VALIDATION_FAILED', message, { details: details.slice(0, 100) });
}
