import { SluiceError, type ErrorDetail } from '@sluice/contracts';
import { queryParameters, type AdminRequest } from '../http/admin-request';
import { decodeUtf8, parseJsonBody } from '../http/json-body';

/** One upload in any of its forms. */
export interface FunctionUpload {
  readonly files: Readonly<Record<string, string>>;
  /** Settings as they were sent, unchecked; of a query all are strings. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** The upload as it is kept: as it was sent, but without the values of environment variables. */
  readonly source: Buffer;
  readonly sourceType: string;
}

const TYPESCRIPT = [
  'application/typescript',
  'application/x-typescript',
  'text/typescript',
  'text/plain',
  'video/mp2t',
];
const JAVASCRIPT = ['application/javascript', 'text/javascript'];

/**
 * One file as the body (settings in the query), or `application/json` with `files` and `config`.
 * @throws SluiceError UNSUPPORTED_MEDIA_TYPE · BAD_REQUEST · VALIDATION_FAILED
 */
export function parseUpload(request: AdminRequest): FunctionUpload {
  const type = (request.headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (TYPESCRIPT.includes(type)) return oneFile(request, 'index.ts', 'application/typescript');
  if (JAVASCRIPT.includes(type)) return oneFile(request, 'index.js', 'text/javascript');
  if (type === 'application/json') return fileMap(request);
  throw new SluiceError(
    'UNSUPPORTED_MEDIA_TYPE',
    `Content-Type ${type === '' ? 'is missing' : `"${type.slice(0, 100)}" is not understood`}. For one TypeScript file add ` +
      `-H 'Content-Type: application/typescript', for {"files": …, "config": …} add -H 'Content-Type: application/json'.`,
  );
}

function oneFile(request: AdminRequest, defaultName: string, sourceType: string): FunctionUpload {
  const settings = Object.fromEntries(queryParameters(request));
  const name = settings['entry'] === undefined || settings['entry'] === '' ? defaultName : settings['entry'];
  return { files: { [name]: decodeUtf8(request.body) }, settings, source: request.body, sourceType };
}

function fileMap(request: AdminRequest): FunctionUpload {
  const [parameter] = queryParameters(request).keys();
  if (parameter !== undefined) {
    throw invalid([{ path: parameter, message: 'is a query parameter; a JSON upload has its settings in "config"' }]);
  }
  const body = parseJsonBody(request.body);
  if (!isObject(body))
    throw invalid([{ path: '', message: 'must be an object with "files" and, if wanted, "config"' }]);
  const details: ErrorDetail[] = Object.keys(body)
    .filter((member) => member !== 'files' && member !== 'config')
    .map((member) => ({ path: member.slice(0, 64), message: 'is not known; an upload has "files" and "config"' }));
  const { files, config = {} } = body as { files?: unknown; config?: unknown };
  if (!isObject(files)) details.push({ path: 'files', message: 'must be an object of file names and texts' });
  else
    for (const [name, text] of Object.entries(files))
      if (typeof text !== 'string') details.push({ path: `files.${name.slice(0, 255)}`, message: 'must be a string' });
  if (!isObject(config)) details.push({ path: 'config', message: 'must be an object' });
  if (details.length > 0 || !isObject(files) || !isObject(config)) throw invalid(details);
  return {
    files: files as Record<string, string>,
    settings: config,
    source: 'environment' in config ? withoutEnvironment(files, config) : request.body,
    sourceType: 'application/json',
  };
}

/** Values of variables are secrets and are kept encrypted only. */
function withoutEnvironment(files: object, config: Record<string, unknown>): Buffer {
  const { environment: _secret, ...rest } = config;
  return Buffer.from(JSON.stringify({ files, config: rest }));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function invalid(details: readonly ErrorDetail[]): SluiceError {
  return new SluiceError('VALIDATION_FAILED', 'The upload is not valid.', { details });
}
