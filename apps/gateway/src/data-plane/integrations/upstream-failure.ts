import { SluiceError } from '@sluice/contracts';

/** What Node's parser and undici call a response that is none. */
const MALFORMED = /^(HPE_|UND_ERR_HEADERS_OVERFLOW$|UND_ERR_RES_EXCEEDED_MAX_SIZE$|UND_ERR_RESPONSE)/;

/** Why an upstream gave no answer, in words that say nothing about addresses the caller need not know. */
export function upstreamFailure(error: unknown): SluiceError {
  if (error instanceof SluiceError) {
    if (error.code !== 'EGRESS_DENIED') return error;
    return new SluiceError(
      'API_CONFIGURATION_ERROR',
      'The gateway may not connect to the upstream of this route; its operator can allow it in SLUICE_EGRESS_ALLOW.',
      { cause: error },
    );
  }
  const { code = '' } = error as NodeJS.ErrnoException;
  if (MALFORMED.test(code))
    return new SluiceError('RESPONSE_MALFORMED', `The upstream's answer is no HTTP response (${code}).`, {
      cause: error,
    });
  const reason = /^[A-Z0-9_]{1,64}$/.test(code) ? code : 'no connection';
  return new SluiceError('INTEGRATION_FAILURE', `The upstream cannot be reached or broke the connection (${reason}).`, {
    cause: error,
  });
}
