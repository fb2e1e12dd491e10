/**
 * attack:  header names and values with CR, LF, NUL, spaces, colons, Unicode
 * surface: response framing
 * @query k=crlf
 * @answer 502
 */
export default async function handler(event: any) {
  const headers: Record<string, () => any> = {
    crlf: () => ({ 'x-a': 'a\r\nx-evil: 1' }),
    lf: () => ({ 'x-a': 'a\nx-evil: 1' }),
    cr: () => ({ 'x-a': 'a\rx-evil: 1' }),
    nul: () => ({ 'x-a': 'a\u0000b' }),
    del: () => ({ 'x-a': 'a\u007fb' }),
    space: () => ({ 'x a': '1' }),
    colon: () => ({ 'x:a': '1' }),
    empty: () => ({ '': '1' }),
    split: () => ({ 'x-a\r\nx-evil': '1' }),
    wide: () => ({ 'x-a': '\u010a\u010dx-evil: 1' }),
    object: () => ({ 'x-a': { b: 1 } }),
    list: () => ['a: b'],
  };
  return { statusCode: 200, headers: headers[event.queryStringParameters.k]!(), body: 'ok' };
}
