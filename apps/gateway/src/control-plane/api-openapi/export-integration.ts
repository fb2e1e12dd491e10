import { type Integration, type RouteDefinition } from '@sluice/contracts';
import { type ApiStyle } from '@sluice/contracts';
import { defaultPayloadFormat } from './api-style';
import { functionUri } from './function-uri';
import { type Json, type JsonObject, compact } from './json';

/** `x-amazon-apigateway-integration` of a route, as far as AWS has words for it. */
export function exportIntegration({ integration, timeoutMs, cache }: RouteDefinition, style: ApiStyle): JsonObject {
  return compact({
    ...integrationOf(integration, style),
    timeoutInMillis: timeoutMs,
    cacheKeyParameters: cache === undefined || cache === false ? undefined : cacheKeyParameters(cache.key),
  });
}

function integrationOf(integration: Integration, style: ApiStyle): JsonObject {
  switch (integration.type) {
    case 'function':
      return {
        type: 'aws_proxy',
        httpMethod: 'POST',
        uri: functionUri(integration),
        payloadFormatVersion: integration.payloadFormat ?? (style === 'http' ? defaultPayloadFormat(style) : undefined),
        responseParameters: integration.responseParameters,
      };
    case 'http-proxy':
      return {
        type: 'http_proxy',
        httpMethod: integration.method ?? 'ANY',
        connectionType: 'INTERNET',
        uri: integration.url,
        requestParameters: integration.requestParameters,
        responseParameters: integration.responseParameters,
        tlsConfig:
          integration.tls?.serverName === undefined ? undefined : { serverNameToVerify: integration.tls.serverName },
      };
    case 'mock':
      return mock(integration.statusCode, integration.headers, integration.body);
    case 'redirect':
      return mock(integration.statusCode, { Location: integration.location }, undefined);
  }
}

/** On AWS a body is a VTL template: one that it would read as more than text is left to `x-sluice-route`. */
function mock(statusCode: number, headers: Readonly<Record<string, string>>, body: Json | undefined): JsonObject {
  const parameters = Object.entries(headers).map(([name, value]) => [`method.response.header.${name}`, `'${value}'`]);
  const plain = typeof body === 'string' && !/[#$]/.test(body) ? body : undefined;
  return {
    type: 'mock',
    requestTemplates: { 'application/json': `{"statusCode": ${statusCode}}` },
    responses: {
      default: compact({
        statusCode: String(statusCode),
        responseParameters: parameters.length === 0 ? undefined : (Object.fromEntries(parameters) as JsonObject),
        responseTemplates: plain === undefined ? undefined : { 'application/json': plain },
      }),
    },
  };
}

function cacheKeyParameters(key: {
  query?: string[] | undefined;
  headers?: string[] | undefined;
  path?: string[] | undefined;
}): Json | undefined {
  const parameters = [
    ...(key.query ?? []).map((name) => `method.request.querystring.${name}`),
    ...(key.headers ?? []).map((name) => `method.request.header.${name}`),
    ...(key.path ?? []).map((name) => `method.request.path.${name}`),
  ];
  return parameters.length === 0 ? undefined : parameters;
}
