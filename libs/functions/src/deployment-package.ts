import { createHash } from 'node:crypto';

/** What one upload became: the script that runs, the map back to the uploaded files, and the upload as it was sent. */
export interface DeploymentPackage {
  readonly code: string;
  readonly sourceMap: string;
  readonly source: Buffer;
  /** Content-Type of `source`. */
  readonly sourceType: string;
}

/**
 * Names a package by everything in it, not by its code alone: two uploads that differ in comments only compile to the same code
 * with different maps, and a stack trace must be mapped through its own.
 */
export function packageSha256({ code, sourceMap, source, sourceType }: DeploymentPackage): string {
  const hash = createHash('sha256');
  for (const part of [code, sourceMap, source, sourceType]) {
    hash.update(`${Buffer.byteLength(part)}:`).update(part);
  }
  return hash.digest('hex');
}
