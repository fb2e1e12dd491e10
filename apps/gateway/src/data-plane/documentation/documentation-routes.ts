import { type ApiDefinition, type RouteDefinition } from '@sluice/contracts';
import { publicDocument } from '../../control-plane/api-openapi/public-document';
import { docsPage } from '../../control-plane/openapi/docs-page';
import { type Handler } from '../request-pipeline';
import { type ProxyResponse } from '../responses/proxy-response';

export interface DocumentationRoute {
  readonly definition: RouteDefinition;
  readonly answer: Handler;
}

/**
 * `GET /docs` and `GET /openapi.json` of an API that has its documentation enabled; a route of the API's own at that path stays what
 * it is. Both are made when they are first asked for, once for each mount the API is served under.
 */
export function documentationRoutes(name: string, api: ApiDefinition): DocumentationRoute[] {
  if (api.documentation?.enabled !== true) return [];
  return [
    { path: '/docs', answer: answering((mount) => page(name, api, mount)) },
    { path: '/openapi.json', answer: answering((mount) => document(name, api, mount)) },
  ].flatMap(({ path, answer }) => {
    const taken = api.routes.some(({ route }) =>
      [`GET ${path}`, `ANY ${path}`].includes(route.replace(/(?<=.)\/$/, '')),
    );
    const integration = { type: 'mock', statusCode: 200, headers: {} } as const;
    return taken ? [] : [{ definition: { route: `GET ${path}`, integration }, answer }];
  });
}

/** A client chooses its mount among those that lead to the API; there are few. */
const MOUNTS_KEPT = 8;

function answering(make: (mount: string) => ProxyResponse): Handler {
  const made = new Map<string, ProxyResponse>();
  return (context) => {
    const mount = context.mount + context.stagePath;
    let answer = made.get(mount);
    if (answer === undefined) {
      if (made.size === MOUNTS_KEPT) made.clear();
      made.set(mount, (answer = make(mount)));
    }
    context.answer = answer;
  };
}

function document(name: string, api: ApiDefinition, mount: string): ProxyResponse {
  return answerOf('application/json', JSON.stringify(publicDocument(name, api, mount)));
}

function page(name: string, api: ApiDefinition, mount: string): ProxyResponse {
  const { html, contentSecurityPolicy } = docsPage(publicDocument(name, api, mount));
  return answerOf('text/html; charset=utf-8', html, ['content-security-policy', contentSecurityPolicy]);
}

function answerOf(contentType: string, body: string, more: readonly string[] = []): ProxyResponse {
  const headers = [
    'content-type',
    contentType,
    'x-content-type-options',
    'nosniff',
    'cache-control',
    'no-cache',
    ...more,
  ];
  return { status: 200, headers, body };
}
