/** Log records on their way: `[epochMs,"LEVEL","message"]`, comma-joined without outer brackets. */

const REJECTION_CHARACTERS_MAX = 2_048;

export function joinLogs(first: string, second: string): string {
  return first === '' ? second : second === '' ? first : `${first},${second}`;
}

/** The record of a rejection that nobody handled, as isolated-vm reports it. */
export function rejectionRecord(error: unknown, epochMs: number): string {
  return JSON.stringify([epochMs, 'ERROR', `Unhandled rejection: ${rejectionText(error)}`]);
}

function rejectionText(error: unknown): string {
  try {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    // Frames below the boundary are the host's.
    const boundary = text.indexOf('\n    at (<isolated-vm boundary>)');
    return (boundary < 0 ? text : text.slice(0, boundary)).slice(0, REJECTION_CHARACTERS_MAX);
  } catch {
    return '[no text]';
  }
}
