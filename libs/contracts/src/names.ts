import { SluiceError } from './sluice-error';

/** AWS's rule for function names. */
const FUNCTION_NAME = /^[A-Za-z0-9_-]{1,64}$/;
const API_NAME = /^[a-z0-9-]{1,64}$/;
/** First path segments of the public listener that belong to the platform. */
const RESERVED_API_NAMES = new Set(['functions', 'health', '_sluice']);

/** Returns the name, or throws VALIDATION_FAILED saying what a function name may look like. */
export function parseFunctionName(name: string): string {
  if (FUNCTION_NAME.test(name)) return name;
  throw new SluiceError('VALIDATION_FAILED', 'The function name is not valid.', {
    details: [{ path: 'name', message: 'must be 1 to 64 letters, digits, "-" or "_"' }],
  });
}

/** Returns the name, or throws VALIDATION_FAILED saying what an API name may look like. */
export function parseApiName(name: string): string {
  if (!API_NAME.test(name)) {
    throw new SluiceError('VALIDATION_FAILED', 'The API name is not valid.', {
      details: [{ path: 'api', message: 'must be 1 to 64 lower-case letters, digits or "-"' }],
    });
  }
  if (RESERVED_API_NAMES.has(name)) {
    throw new SluiceError('VALIDATION_FAILED', `"${name}" is reserved by the platform; choose another API name.`, {
      details: [{ path: 'api', message: 'is reserved' }],
    });
  }
  return name;
}
