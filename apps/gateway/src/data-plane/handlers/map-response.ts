import { Readable } from 'node:stream';
import { LIMITS } from '@sluice/contracts';
import { removeHeader } from '../header-list';
import { MappingScope } from '../mapping/mapping-scope';
import { compileBody, readsBody } from '../mapping/mapping-value';
import { compileResponseMapping } from '../mapping/response-mapping';
import { PREFLIGHT_ANSWER } from './answer-preflight';
import { type Routed } from '../request-context';
import { type Handler } from '../request-pipeline';
import { collectBody } from '../responses/collect-body';
import { type ProxyResponse } from '../responses/proxy-response';
import { type RouteBlueprint } from '../routes/route-blueprint';

/**
 * Changes status, headers and, of a 2xx, the body of what the integration or the cache answered. A body that no expression reads
 * and no template replaces stays a stream.
 */
export function compileMapResponse({ definition: { integration }, stage }: RouteBlueprint): Handler | null {
  if (integration.type !== 'function' && integration.type !== 'http-proxy') return null;
  const { responseParameters, responseBody } = integration;
  if (responseParameters === undefined && responseBody === undefined) return null;
  const edit = responseParameters === undefined ? null : compileResponseMapping(responseParameters, stage.variables);
  const body = responseBody === undefined ? null : compileBody(responseBody, 'response', stage.variables);
  const readsAnswer = body !== null || readsBody('response.body', responseParameters);

  const mapped = (context: Routed, answer: ProxyResponse): ProxyResponse => {
    const scope = new MappingScope(context, answer);
    const edited = edit === null ? answer : edit(answer, scope);
    const isReplaced = body !== null && answer.status < 300 && answer.status !== 204 && context.method !== 'HEAD';
    return isReplaced ? asJson(edited, body.read(scope)) : edited;
  };

  return (context) => {
    if (context.answer === PREFLIGHT_ANSWER) return;
    if (!readsAnswer || !(context.answer.body instanceof Readable)) {
      context.answer = mapped(context, context.answer);
      return;
    }
    return collectBody(context.answer, LIMITS.mappedResponseBytesMax).then((answer) => {
      context.answer = mapped(context, answer);
    });
  };
}

function asJson({ status, headers }: ProxyResponse, value: unknown): ProxyResponse {
  const own = [...headers];
  // They were about the body that is no more.
  for (const name of ['content-type', 'content-encoding', 'content-md5', 'etag']) removeHeader(own, name);
  own.push('content-type', 'application/json');
  return { status, headers: own, body: JSON.stringify(value) };
}
