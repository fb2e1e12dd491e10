/** Types whose content is compressed already, and streams of events, which compression would hold back. */
const NOT_WORTH_IT =
  /^(?:image\/(?!svg|bmp|x-icon|vnd\.microsoft\.icon)|audio\/|video\/|font\/woff|text\/event-stream|application\/(?:zip|gzip|x-gzip|x-7z|x-rar|vnd\.rar|x-bzip|zstd|pdf|grpc))/i;

/** Whether a type gets smaller by compression. One that nobody names is taken for text. */
export function isCompressible(contentType: string): boolean {
  return !NOT_WORTH_IT.test(contentType.trimStart());
}
