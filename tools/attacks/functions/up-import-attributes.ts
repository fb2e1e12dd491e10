/**
 * attack:  import attributes of every type on host files
 * surface: bundler loaders at upload
 * @answer upload 400
 */
// @ts-ignore
import a from '/proc/self/cmdline' with { type: 'text' };
// @ts-ignore
import b from './package.json' with { type: 'file' };
// @ts-ignore
import c from '/etc/hostname' with { type: 'bytes' };
export default async function handler(event: any) {
  return { statusCode: 200, body: String([a, b, c]) };
}
