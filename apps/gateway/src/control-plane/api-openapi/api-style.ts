import { type ApiStyle } from '@sluice/contracts';
import { type JsonObject, compact, isObject, objectOf, textOf } from './json';

/** Extensions that only REST APIs have. */
const REST_EXTENSIONS = [
  'x-amazon-apigateway-request-validators',
  'x-amazon-apigateway-request-validator',
  'x-amazon-apigateway-gateway-responses',
  'x-amazon-apigateway-api-key-source',
  'x-amazon-apigateway-binary-media-types',
  'x-amazon-apigateway-minimum-compression-size',
  'x-amazon-apigateway-policy',
  'x-amazon-apigateway-documentation',
];

/** The product a document of AWS describes: HTTP APIs name the payload format of every function, REST APIs do not have the word. */
export function styleOfDocument(document: JsonObject): ApiStyle {
  if (REST_EXTENSIONS.some((name) => document[name] !== undefined)) return 'rest';
  const operations = Object.values(compact(objectOf(document['paths']))).flatMap((item) =>
    Object.values(objectOf(item)),
  );
  const unnamed = operations.some((operation) => {
    const integration = isObject(operation) ? objectOf(operation['x-amazon-apigateway-integration']) : {};
    return (
      textOf(integration['type'])?.toLowerCase() === 'aws_proxy' && integration['payloadFormatVersion'] === undefined
    );
  });
  return unnamed ? 'rest' : 'http';
}

/** What an API of this style sends to functions that say nothing of it. */
export function defaultPayloadFormat(style: ApiStyle): '1.0' | '2.0' {
  return style === 'rest' ? '1.0' : '2.0';
}
