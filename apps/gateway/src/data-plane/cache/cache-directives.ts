/** What the head of a request asks of the cache. */
export interface CacheDirectives {
  readonly cacheControl: string;
  readonly authorization: string;
  readonly ifNoneMatch: string;
  readonly ifModifiedSince: string;
  /** Asks for a part of the answer. */
  readonly range: boolean;
  /** A body may follow; whether one has is the context's to know. */
  readonly announcesBody: boolean;
}

/** Reads them in one pass. The length of a name rules out nearly all headers before any text is compared. */
export function readDirectives(rawHeaders: readonly string[]): CacheDirectives {
  let cacheControl = '';
  let authorization = '';
  let ifNoneMatch = '';
  let ifModifiedSince = '';
  let range = false;
  let announcesBody = false;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    const value = rawHeaders[index + 1] as string;
    switch (name.length) {
      case 5:
        if (name.toLowerCase() === 'range') range = true;
        break;
      case 13:
        if (name.toLowerCase() === 'cache-control')
          cacheControl = cacheControl === '' ? value : `${cacheControl}, ${value}`;
        else if (name.toLowerCase() === 'authorization') authorization = value;
        else if (name.toLowerCase() === 'if-none-match')
          ifNoneMatch = ifNoneMatch === '' ? value : `${ifNoneMatch}, ${value}`;
        break;
      case 14:
        if (value !== '0' && name.toLowerCase() === 'content-length') announcesBody = true;
        break;
      case 17:
        if (name.toLowerCase() === 'if-modified-since') ifModifiedSince = value;
        else if (name.toLowerCase() === 'transfer-encoding') announcesBody = true;
        break;
    }
  }
  return { cacheControl, authorization, ifNoneMatch, ifModifiedSince, range, announcesBody };
}
