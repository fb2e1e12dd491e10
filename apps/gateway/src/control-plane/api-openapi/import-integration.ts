import { type ApiStyle } from '@sluice/contracts';
import { defaultPayloadFormat } from './api-style';
import { functionOfUri } from './function-uri';
import { type ImportReport } from './import-report';
import { type Json, type JsonObject, compact, inside, isObject, objectOf, textOf } from './json';
import { resolveReference } from './references';

const EXTENSION = 'x-amazon-apigateway-integration';
/** Members of an integration that mean nothing here; said once each, so that nobody believes in them. */
const WITHOUT_MEANING = ['credentials', 'cacheNamespace', 'contentHandling', 'connectionId', 'integrationSubtype'];

/** `integration`, `timeoutMs` and `cache` of a route, or null with an error reported. */
export function importIntegration(
  document: JsonObject,
  style: ApiStyle,
  operation: JsonObject,
  path: string,
  report: ImportReport,
): JsonObject | null {
  const declared = operation[EXTENSION];
  const extension = isObject(declared) ? (resolveReference(document, declared)?.value ?? null) : null;
  const place = inside(path, EXTENSION);
  if (extension === null) {
    report.error(
      place,
      'is missing; say what answers this operation, such as { "type": "aws_proxy", "uri": "arn:…:function:NAME" }',
    );
    return null;
  }
  const integration = integrationOf(extension, style, place, report);
  if (integration === null) return null;
  for (const name of WITHOUT_MEANING)
    if (extension[name] !== undefined) report.info(inside(place, name), 'means nothing here and is not kept');
  if (extension['connectionType'] === 'VPC_LINK')
    report.warning(inside(place, 'connectionType'), 'is VPC_LINK; the service is connected to directly');
  return compact({
    integration,
    timeoutMs: extension['timeoutInMillis'],
    cache: cacheOf(extension['cacheKeyParameters'], inside(place, 'cacheKeyParameters'), report),
  });
}

function integrationOf(extension: JsonObject, style: ApiStyle, path: string, report: ImportReport): JsonObject | null {
  const type = textOf(extension['type'])?.toLowerCase();
  if (type === 'aws_proxy') return functionIntegration(extension, style, path, report);
  if (type === 'http_proxy') return httpProxy(extension, path, report);
  if (type === 'mock') return mock(extension, path, report);
  report.error(
    inside(path, 'type'),
    `is ${JSON.stringify(extension['type'] ?? null)}; "aws_proxy", "http_proxy" and "mock" are understood, templates of "aws" and "http" are not`,
  );
  return null;
}

function functionIntegration(
  extension: JsonObject,
  style: ApiStyle,
  path: string,
  report: ImportReport,
): JsonObject | null {
  const named = functionOfUri(extension['uri']);
  if (named === null) {
    report.error(
      inside(path, 'uri'),
      'names no function; it must be an ARN such as arn:aws:lambda:REGION:ACCOUNT:function:NAME',
    );
    return null;
  }
  // AWS's format where a document says none is 1.0, in both products.
  const payloadFormat = extension['payloadFormatVersion'] ?? '1.0';
  return compact({
    type: 'function',
    ...named,
    payloadFormat: payloadFormat === defaultPayloadFormat(style) ? undefined : payloadFormat,
    responseParameters: extension['responseParameters'],
  });
}

function httpProxy(extension: JsonObject, path: string, report: ImportReport): JsonObject | null {
  const url = textOf(extension['uri']);
  if (url === undefined) {
    report.error(inside(path, 'uri'), 'must be the URL of the service');
    return null;
  }
  const method = textOf(extension['httpMethod'])?.toUpperCase();
  const { insecureSkipVerification, serverNameToVerify } = objectOf(extension['tlsConfig']);
  if (insecureSkipVerification === true)
    report.error(
      inside(path, 'tlsConfig.insecureSkipVerification'),
      'is on; name the CA in "tls.ca" of the integration instead',
    );
  return compact({
    type: 'http-proxy',
    url,
    method: method === 'ANY' || method === 'X-AMAZON-APIGATEWAY-ANY-METHOD' ? undefined : method,
    tls: serverNameToVerify === undefined ? undefined : { serverName: serverNameToVerify },
    requestParameters: requestParameters(extension['requestParameters'], inside(path, 'requestParameters'), report),
    responseParameters: isObject(extension['responseParameters']) ? extension['responseParameters'] : undefined,
  });
}

/** HTTP APIs' mappings as they are, REST APIs' (`integration.request.header.a: method.request.header.b`) in their words. */
function requestParameters(value: Json | undefined, path: string, report: ImportReport): JsonObject | undefined {
  if (!isObject(value)) return undefined;
  const mapped: Record<string, Json> = {};
  for (const [name, source] of Object.entries(compact(value))) {
    const [, place, parameter] = /^integration\.request\.(header|querystring|path)\.(.+)$/.exec(name) ?? [];
    if (place === undefined || parameter === undefined) mapped[name] = source;
    else if (place === 'path') {
      if (source !== `method.request.path.${parameter}`)
        report.error(inside(path, name), 'fills a path variable from elsewhere; write the value into the URL');
    } else mapped[`overwrite:${place}.${parameter}`] = sourceOf(source);
  }
  return Object.keys(mapped).length === 0 ? undefined : mapped;
}

function sourceOf(source: Json): Json {
  if (typeof source !== 'string') return source;
  if (source.startsWith('method.request.')) return `$request.${source.slice('method.request.'.length)}`;
  if (source.startsWith('context.') || source.startsWith('stageVariables.')) return `$${source}`;
  return /^'(.*)'$/s.exec(source)?.[1] ?? source;
}

/** A mock of REST APIs: the template of the request says the status, the response of that status what is answered. */
function mock(extension: JsonObject, path: string, report: ImportReport): JsonObject | null {
  const template = textOf(objectOf(extension['requestTemplates'])['application/json']);
  const statusCode = template === undefined ? 200 : Number(/"?statusCode"?\s*:\s*"?(\d{3})\b/.exec(template)?.[1]);
  if (!Number.isInteger(statusCode)) {
    report.error(
      inside(path, 'requestTemplates.application/json'),
      'must be { "statusCode": N }; other templates are not understood',
    );
    return null;
  }
  const responses = Object.values(compact(objectOf(extension['responses']))).map(objectOf);
  const response = responses.find(({ statusCode: status }) => Number(status) === statusCode) ?? {};
  const headers: Record<string, Json> = {};
  for (const [name, value] of Object.entries(compact(objectOf(response['responseParameters'])))) {
    const header = /^method\.response\.header\.(.+)$/.exec(name)?.[1];
    const literal = typeof value === 'string' ? /^'(.*)'$/s.exec(value)?.[1] : undefined;
    if (header === undefined || literal === undefined)
      report.error(
        inside(path, `responses.responseParameters.${name}`),
        "must be a header with a literal value in '…'",
      );
    else headers[header] = literal;
  }
  const templates = compact(objectOf(response['responseTemplates']));
  const body = textOf(templates['application/json'] ?? Object.values(templates)[0]);
  if (body !== undefined && /#(?:set|if|foreach|end)\b|\$(?:input|util)\b/.test(body)) {
    report.error(
      inside(path, 'responses.responseTemplates'),
      'is a VTL template; write the body as it should be answered',
    );
    return null;
  }
  return compact({ type: 'mock', statusCode, headers, body });
}

/** AWS leaves the switch to the stage; a route whose key is written down is meant to be cached. */
function cacheOf(parameters: Json | undefined, path: string, report: ImportReport): JsonObject | undefined {
  if (!Array.isArray(parameters) || parameters.length === 0) return undefined;
  const key: { query: string[]; headers: string[]; path: string[] } = { query: [], headers: [], path: [] };
  for (const parameter of parameters as Json[]) {
    const [, place, name] = /^method\.request\.(querystring|header|path)\.(.+)$/.exec(textOf(parameter) ?? '') ?? [];
    if (name === undefined)
      report.error(
        path,
        `has ${JSON.stringify(parameter).slice(0, 100)}; it must be method.request.querystring.NAME, .header. or .path.`,
      );
    else key[place === 'querystring' ? 'query' : place === 'header' ? 'headers' : 'path'].push(name);
  }
  report.warning(path, 'turns caching on for this route, for the default time; on AWS the stage has the switch');
  return { key: Object.fromEntries(Object.entries(key).filter(([, names]) => names.length > 0)) };
}
