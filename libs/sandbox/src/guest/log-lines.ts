import { LIMITS } from '@sluice/contracts/invocation';
import { POST } from '../isolate-protocol';
import { currentInvocation, post, type Invocation } from './invocation-state';
import { jsonStringify, now } from './primordials';
import { cutUtf8, utf8Bytes } from './utf8';

export type LogLevel = 'INFO' | 'WARN' | 'ERROR' | 'DEBUG' | 'TRACE';

/** Lines that are sent the moment they are written, so that they outlive a timeout; later ones are sent a few at a time. */
const EAGER_LINES = 32;
const FLUSH_CHARACTERS = 4 * 1024;
const FLUSH_AFTER_MS = 20;

/**
 * Adds a line to the invocation that is running; dropped when there is none. A record is `[epoch ms,"LEVEL","message"]`.
 * Bounds: 8 KiB a line, 1,000 lines and 256 KiB an invocation, then one line that says so.
 */
export function writeLogLine(level: LogLevel, message: string): void {
  const invocation = currentInvocation();
  if (invocation === null || invocation.closed || invocation.logsCut) return;
  const at = now();
  if (invocation.logLines >= LIMITS.guestLogLinesMax || invocation.logBytes >= LIMITS.guestLogBytesMax) {
    invocation.logsCut = true;
    append(
      invocation,
      `[${at},"WARN","[log truncated: at most ${LIMITS.guestLogLinesMax} lines and ${LIMITS.guestLogBytesMax} bytes]"]`,
    );
    return sendLogLines(invocation, at);
  }
  const cut = cutUtf8(message, LIMITS.guestLogLineBytesMax);
  const line = `[${at},"${level}",${jsonStringify(cut)}]`;
  invocation.logLines++;
  invocation.logBytes += utf8Bytes(line);
  append(invocation, line);
  if (
    invocation.logLines <= EAGER_LINES ||
    invocation.unsentLogs.length >= FLUSH_CHARACTERS ||
    at - invocation.logsSentAt >= FLUSH_AFTER_MS
  ) {
    sendLogLines(invocation, at);
  }
}

function append(invocation: Invocation, line: string): void {
  invocation.unsentLogs += (invocation.unsentLogs === '' ? '' : ',') + line;
}

function sendLogLines(invocation: Invocation, at: number): void {
  const lines = invocation.unsentLogs;
  invocation.unsentLogs = '';
  invocation.logsSentAt = at;
  post(POST.log, invocation.id, lines);
}
