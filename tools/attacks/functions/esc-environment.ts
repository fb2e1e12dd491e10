/**
 * attack:  looks for environment variables of the host
 * surface: process and environment
 * @answer 200 {"found":[]}
 */
export default async function handler(event: any) {
  const found: string[] = [];
  const environment: any = typeof process === 'undefined' ? {} : (process as any).env;
  for (const key of [
    'PATH',
    'HOME',
    'USER',
    'PWD',
    'REDIS_URL',
    'REDIS_VOLATILE_URL',
    'SLUICE_MASTER_KEY',
    'SLUICE_DATA_DIR',
    'NODE_OPTIONS',
    'VICTIM_SECRET',
  ])
    if (environment?.[key] !== undefined) found.push(key);
  if (typeof process !== 'undefined')
    for (const key of [
      'exit',
      'kill',
      'binding',
      'dlopen',
      'mainModule',
      'versions',
      'argv',
      'memoryUsage',
      'getBuiltinModule',
    ])
      if ((process as any)[key] !== undefined) found.push('process.' + key);
  return { statusCode: 200, body: JSON.stringify({ found }) };
}
