/** What a presigned URL adds to a query, decoded or not: AWS's signers write these names as they are. */
const SIGNATURE_PARAMETER =
  /^x-amz-(?:algorithm|credential|date|expires|signedheaders|signature|security-token|content-sha256)(?:=|$)/i;

/** A query without what signs it. The signer may have escaped letters of these names: then they are decoded to be known. */
export function withoutSignature(rawQuery: string): string {
  return rawQuery
    .split('&')
    .filter((pair) => !SIGNATURE_PARAMETER.test(decoded(pair)))
    .join('&');
}

function decoded(pair: string): string {
  const name = pair.split('=', 1)[0] ?? '';
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
}
