import { z } from 'zod';
import { LIMITS } from '../limits';
import { parseInput, textOfPath } from '../parse-input';
import { authorizer, authorizerName, resourcePolicy } from './authorization';
import { cacheSetting } from './cache-settings';
import { corsSettings } from './cors';
import { routeDefinition } from './route-definition';
import { clientAddressSettings, throttleSettings } from './throttle-settings';

/** Which of AWS's two products decides error bodies and payload defaults. */
export type ApiStyle = 'rest' | 'http';
export type PayloadFormat = '1.0' | '2.0';

/** What `PUT /v1/apis/{api}` takes: the whole API. A deployment is one of these, unchangeable. */
export const apiDefinition = z.strictObject(
  {
    apiStyle: z.enum(['rest', 'http'], { error: 'must be "http" or "rest"' }).default('http'),
    description: z.string().max(1024).optional(),
    routes: z
      .array(routeDefinition, { error: 'must be an array' })
      .max(LIMITS.routesPerApiMax, `may have at most ${LIMITS.routesPerApiMax} routes`),
    authorizers: z.record(authorizerName, authorizer).optional(),
    /** Defaults of every route, below those of a stage. */
    cache: cacheSetting.optional(),
    throttle: throttleSettings.optional(),
    clientAddresses: clientAddressSettings.optional(),
    resourcePolicy: resourcePolicy.optional(),
    cors: corsSettings.optional(),
    binaryMediaTypes: z
      .array(z.string().regex(/^[^\s/]+\/[^\s/]+$/, 'must be a media type'))
      .max(100)
      .optional(),
    /** Absent = answers are never compressed. */
    minimumCompressionSizeBytes: z.int().min(0).max(LIMITS.requestBodyBytesMax).optional(),
    apiKeySource: z.enum(['HEADER', 'AUTHORIZER']).optional(),
    /** JSON Schemas by name. */
    models: z.record(z.string().regex(/^[A-Za-z0-9]{1,128}$/, 'must be letters and digits'), z.json()).optional(),
    documentation: z
      .strictObject({
        enabled: z.boolean().default(true),
        title: z.string().max(256).optional(),
        version: z.string().max(64).optional(),
      })
      .optional(),
  },
  { error: 'must be a JSON object with "routes"' },
);
export type ApiDefinition = z.infer<typeof apiDefinition>;

/**
 * Checks the shape of an API definition; route keys, functions, policies and schemas are checked by who knows them.
 * Throws VALIDATION_FAILED with one detail per bad field, naming the route.
 */
export function parseApiDefinition(input: unknown): ApiDefinition {
  return parseInput(apiDefinition, input, 'The API definition', (path) => namedPath(input, path));
}

/** `routes[1] (GET /x).cache`: who has three hundred routes does not count them. */
function namedPath(input: unknown, path: readonly PropertyKey[]): string {
  const [first, index, ...rest] = path;
  if (first !== 'routes' || typeof index !== 'number') return textOfPath(path);
  const key: unknown = (input as { routes: { route?: unknown }[] | undefined }).routes?.[index]?.route;
  const name = typeof key === 'string' ? ` (${key.slice(0, 100)})` : '';
  return `routes[${index}]${name}${rest.length === 0 ? '' : `.${textOfPath(rest)}`}`;
}
