import { type Readable } from 'node:stream';
import { LIMITS, type HttpProxyIntegration, type UpstreamUrl } from '@sluice/contracts';
import { headerOf, removeHeader } from '../header-list';
import { MappingScope } from '../mapping/mapping-scope';
import { compileBody, readsBody } from '../mapping/mapping-value';
import { compileRequestMapping } from '../mapping/request-mapping';
import { type Routed } from '../request-context';
import { type RouteBlueprint } from '../routes/route-blueprint';
import { forwardedHeaders, pushProxyHeaders } from './forwarded-headers';
import { announcesBody, needsWholeBody, streamedBody } from './request-body';
import { compileTemplate, encodePath, splitQuery } from './url-parts';

/** A request ready to be sent to an upstream. */
export interface Outgoing {
  readonly method: string;
  readonly path: string;
  /** Name, value, … */
  readonly headers: string[];
  readonly body: Buffer | string | Readable | null;
  /** Whether it can be sent once more: a streamed body is gone after the first time. */
  readonly repeatable: boolean;
}

/**
 * Prepares how requests of a route become requests to its upstream. Query parameters of the client follow those of the url.
 * Making one throws BAD_REQUEST_PARAMETERS where a mapped value cannot stand where it goes.
 */
export function compileOutgoing(
  route: RouteBlueprint,
  integration: HttpProxyIntegration,
  url: UpstreamUrl,
): (context: Routed) => Outgoing {
  const { requestParameters, requestBody, responseParameters, responseBody } = integration;
  const { variables } = route.stage;
  const template = splitQuery(url.target);
  const path = compileTemplate(template.path, encodePath);
  const fixedQuery = compileTemplate(template.query, encodeURIComponent);
  const edit = requestParameters === undefined ? null : compileRequestMapping(requestParameters, variables);
  const body = requestBody === undefined ? null : compileBody(requestBody, 'request', variables);
  const bodyIsWhole = needsWholeBody(route);
  const bodyBytesMax = route.definition.bodyBytesMax ?? LIMITS.requestBodyBytesMax;
  // A mapping reads text, not gzip.
  const wantsPlainAnswer = readsBody('response.body', responseParameters, responseBody);

  const bodyOf = (context: Routed, scope: MappingScope | null): Outgoing['body'] => {
    if (body !== null && scope !== null) return JSON.stringify(body.read(scope));
    if (bodyIsWhole) return context.body.length === 0 ? null : context.body;
    return announcesBody(context) ? streamedBody(context, bodyBytesMax) : null;
  };

  return (context) => {
    const headers = forwardedHeaders(context);
    const query = joinQueries(fixedQuery(context.pathParameters), context.rawQuery);
    const outgoing = { headers, path: path(context.pathParameters), query };
    const scope = edit === null && body === null ? null : new MappingScope(context);
    if (edit !== null && scope !== null) edit(outgoing, scope);
    const sentBody = bodyOf(context, scope);
    if (body !== null) {
      removeHeader(headers, 'content-type');
      removeHeader(headers, 'content-encoding');
      headers.push('content-type', 'application/json');
    }
    if (wantsPlainAnswer) {
      removeHeader(headers, 'accept-encoding');
      headers.push('accept-encoding', 'identity');
    }
    if (integration.preserveHost && context.headers.host !== '' && headerOf(headers, 'host') === undefined)
      headers.push('host', context.headers.host);
    pushProxyHeaders(headers, context);
    const { request } = context;
    const isStream = sentBody !== null && typeof sentBody !== 'string' && !Buffer.isBuffer(sentBody);
    const announced = request.headers['content-length'];
    if (isStream && announced !== undefined) headers.push('content-length', announced);
    return {
      method: integration.method ?? context.method,
      path: outgoing.query === '' ? outgoing.path : `${outgoing.path}?${outgoing.query}`,
      headers,
      body: sentBody,
      repeatable: !isStream,
    };
  };
}

function joinQueries(fixed: string, sent: string): string {
  return fixed === '' ? sent : sent === '' ? fixed : `${fixed}&${sent}`;
}
