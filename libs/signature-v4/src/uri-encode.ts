/**
 * `UriEncode` of the specification: every byte but RFC 3986's unreserved characters becomes `%XX` with upper-case digits.
 * Input is ASCII: anything else cannot stand in a request target and is refused before.
 */
export function uriEncode(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9\-._~]/g, encodeCharacter);
}

/** The same, leaving `/` as it is. An escape in the path is escaped again: this is the twice-encoded form. */
export function uriEncodePath(path: string): string {
  return path.replaceAll(/[^A-Za-z0-9\-._~/]/g, encodeCharacter);
}

/** Decodes what is escaped, then encodes by the rule above; `+` is a space, as every receiver of a query reads it. */
export function uriReencodeQueryPart(text: string): string {
  return text.replaceAll(/%[0-9A-F]{2}|[^A-Za-z0-9\-._~]/g, (match) => {
    if (match === '+') return '%20';
    if (match.length === 1) return encodeCharacter(match);
    const character = String.fromCharCode(Number.parseInt(match.slice(1), 16));
    return /[A-Za-z0-9\-._~]/.test(character) ? character : match;
  });
}

/** Name or value of a query parameter, decoded; text that is not valid UTF-8 or has a broken escape stays as it is. */
export function decodeQueryPart(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

function encodeCharacter(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;
}
