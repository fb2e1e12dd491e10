/** What ioredis and Redis say when a command was not carried out because the store cannot work, not because the command is wrong. */
const MESSAGES = [
  /^Connection is closed/,
  /^Command timed out/,
  /Stream isn't writeable/,
  /^Reached the max retries per request/,
  /^(OOM|MISCONF|LOADING|READONLY|MASTERDOWN|BUSY|NOREPLICAS|CLUSTERDOWN|TRYAGAIN) /,
];
const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ENOENT',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENOTFOUND',
]);

/** Whether the error means that Redis does not answer or does not take writes. */
export function isStoreFailure(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall === 'connect' || syscall === 'read' || syscall === 'write') return SOCKET_CODES.has(code ?? '');
  return error.name === 'MaxRetriesPerRequestError' || MESSAGES.some((message) => message.test(error.message));
}
