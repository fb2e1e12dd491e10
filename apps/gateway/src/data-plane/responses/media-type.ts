/** `text/html; charset=utf-8` → `text/html`, in lower case. */
export function essenceOf(contentType: string): string {
  const semicolon = contentType.indexOf(';');
  return (semicolon < 0 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase();
}

/** The first type of an Accept header: the only one AWS looks at. */
export function firstAccepted(accept: string): string {
  const comma = accept.indexOf(',');
  return essenceOf(comma < 0 ? accept : accept.slice(0, comma));
}

/** Whether a type is in an API's `binaryMediaTypes`: by itself, as `image/*`, or because everything is. */
export function isBinaryType(binaryMediaTypes: readonly string[], type: string): boolean {
  return binaryMediaTypes.some((listed) => {
    if (listed === '*/*') return true;
    const lower = listed.toLowerCase();
    return lower.endsWith('/*') ? type.startsWith(lower.slice(0, -1)) : lower === type;
  });
}
