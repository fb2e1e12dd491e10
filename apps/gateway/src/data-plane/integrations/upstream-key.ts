/** Binds an encrypted key to its API: copied to another one it does not decrypt. */
export function upstreamKeyAad(apiName: string): string {
  return `api/${apiName}/upstream-key`;
}

/** Whether a key is one that the control plane has encrypted; a PEM text begins otherwise. */
export function isSealed(key: string): boolean {
  return key.startsWith('v1.');
}
