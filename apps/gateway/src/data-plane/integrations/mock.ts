import { type MockIntegration } from '@sluice/contracts';
import { GatewayRefusal } from '../gateway-refusal';
import { MappingScope } from '../mapping/mapping-scope';
import { compileBody, compileText, type MappedText } from '../mapping/mapping-value';
import { type Handler } from '../request-pipeline';
import { type ProxyResponse } from '../responses/proxy-response';
import { isHeaderValue } from '../responses/response-headers';
import { type RouteBlueprint } from '../routes/route-blueprint';

/** An answer without a backend. One that is the same for every request is made once. */
export function compileMock({ stage }: RouteBlueprint, integration: MockIntegration): Handler {
  const { variables } = stage;
  const { statusCode: status } = integration;
  const headers = Object.entries(integration.headers).map(([name, text]) => ({
    name,
    value: compileText(text, 'request', variables),
  }));
  const body = integration.body === undefined ? null : compileBody(integration.body, 'request', variables);
  const isText = typeof integration.body === 'string';
  const hasType = headers.some(({ name }) => name.toLowerCase() === 'content-type');

  const answer = (textOfHeader: (value: MappedText) => string | undefined, content: unknown): ProxyResponse => {
    const list: string[] = [];
    for (const { name, value } of headers) {
      const text = textOfHeader(value);
      if (text === undefined) continue;
      if (!isHeaderValue(text)) throw unfit(name);
      list.push(name, text);
    }
    const text = isText || body === null ? textOf(content) : JSON.stringify(content);
    if (text !== '' && !hasType) list.push('content-type', isText ? 'text/plain; charset=utf-8' : 'application/json');
    return { status, headers: list, body: text };
  };

  if (headers.every(({ value }) => value.constant !== null) && body?.constant !== null) {
    const always = answer(({ constant }) => constant ?? undefined, body?.constant.value);
    return (context) => {
      context.answer = always;
    };
  }
  return (context) => {
    const scope = new MappingScope(context);
    context.answer = answer(({ read }) => read(scope), body?.read(scope));
  };
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function unfit(name: string): GatewayRefusal {
  const reason = `The value for the header ${name} has characters that a header cannot carry.`;
  return new GatewayRefusal('BAD_REQUEST_PARAMETERS', reason, { publicMessage: 'Bad Request' });
}
