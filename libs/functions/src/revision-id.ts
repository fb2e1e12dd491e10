import { createHash, createHmac } from 'node:crypto';
import { type FunctionConfig, type FunctionEnvironment } from '@sluice/contracts';
import { type MasterKey } from '@sluice/config';
import { canonicalJson } from './canonical-json';

/**
 * Names what is run: equal package, config and environment give the same id, and any difference another one.
 * The environment goes in as an HMAC: an id is public, and a plain hash would let anybody test guesses of a secret against it.
 * 128 bits, since an id travels in the head of every invocation.
 */
export function revisionId(
  packageSha256: string,
  config: FunctionConfig,
  environment: FunctionEnvironment,
  masterKey: MasterKey,
): string {
  const sealed = createHmac('sha256', masterKey.subKey('revision')).update(canonicalJson(environment)).digest('hex');
  const content = canonicalJson({ schema: 1, package: packageSha256, config, environment: sealed });
  return createHash('sha256').update(content).digest('hex').slice(0, 32);
}
