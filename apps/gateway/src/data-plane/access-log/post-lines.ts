import { SluiceError } from '@sluice/contracts';
import { type EgressClient } from '@sluice/egress';
import { type AccessLogsOptions } from './access-logs';

const TIMEOUT_MS = 5_000;
const RESPONSE_BYTES_MAX = 64 * 1024;

/** Sends lines through the guard. A refused address and a status such as 400 are final; everything else is worth another attempt. */
export function postLines(egress: EgressClient): AccessLogsOptions['post'] {
  return async (url, contentType, lines) => {
    try {
      const { status } = await egress.fetch(url, {
        method: 'POST',
        headers: { 'content-type': contentType, 'user-agent': 'Sluice-Access-Log/1' },
        body: lines,
        timeoutMs: TIMEOUT_MS,
        responseBytesMax: RESPONSE_BYTES_MAX,
      });
      if (status < 300) return null;
      const error = new Error(`the receiver answered ${status}`);
      if (status < 400 || status >= 500 || status === 408 || status === 429) throw error;
      return error;
    } catch (error) {
      if (error instanceof SluiceError && error.code === 'EGRESS_DENIED') return error;
      throw error;
    }
  };
}
