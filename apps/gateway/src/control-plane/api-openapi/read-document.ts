import { LIMITS, SluiceError } from '@sluice/contracts';
import { badRequest } from '../http/admin-request';
import { decodeUtf8, parseJsonBody } from '../http/json-body';
import { type JsonObject, isObject } from './json';
import { yamlToJson } from './yaml-to-json';

/**
 * An OpenAPI document as it was sent, JSON or YAML: told apart by its first character, whatever its media type says.
 * @throws SluiceError PAYLOAD_TOO_LARGE · BAD_REQUEST
 */
export async function readDocument(body: Buffer): Promise<JsonObject> {
  if (body.length > LIMITS.openApiDocumentBytesMax) {
    throw new SluiceError('PAYLOAD_TOO_LARGE', `The document is over ${LIMITS.openApiDocumentBytesMax} bytes.`);
  }
  const isJson = /^\s*[{[]/.test(body.subarray(0, 1_024).toString('latin1'));
  const document = parseJsonBody(isJson ? body : Buffer.from(await yamlToJson(decodeUtf8(body))));
  if (!isObject(document)) throw badRequest('The document must be an object: an OpenAPI document in JSON or YAML.');
  return document;
}
