/** Timestamps of Signature Version 4: ISO 8601 basic format in UTC, `20150830T123600Z`. */
export function formatAmzDate(timeMs: number): string {
  const second = Math.floor(timeMs / 1_000);
  if (second !== formattedSecond) {
    formattedText = `${new Date(second * 1_000).toISOString().slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
    formattedSecond = second;
  }
  return formattedText;
}

/** The second formatted last, and its text: requests of one second come together. */
let formattedSecond = NaN;
let formattedText = '';

/** Milliseconds since the epoch, or null when the text is not a real moment in the basic format. */
export function parseAmzDate(text: string): number | null {
  const fields = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  if (!fields) return null;
  const [, year, month, day, hour, minute, second] = fields;
  const timeMs = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
  // Date.parse rolls some impossible days over (31 June); the round trip shows it.
  return Number.isNaN(timeMs) || formatAmzDate(timeMs) !== text ? null : timeMs;
}

/** RFC 9110 IMF-fixdate (`Sun, 30 Aug 2015 12:36:00 GMT`) to milliseconds, or null. */
export function parseHttpDate(text: string): number | null {
  if (!/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(text)) return null;
  const timeMs = Date.parse(text);
  return Number.isNaN(timeMs) || new Date(timeMs).toUTCString() !== text ? null : timeMs;
}
