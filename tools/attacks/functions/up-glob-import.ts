/**
 * attack:  imports by template strings: a bundler would read the host's disk
 * surface: bundler resolution at upload
 * @answer upload 400 | 200 {"found":[]}
 */
declare const require: any;
export default async function handler(event: any) {
  const found: string[] = [];
  const name = event.queryStringParameters?.name ?? 'package';
  for (const load of [
    () => import(`./${name}.json`),
    () => import(`../../../${name}.json`),
    () => import(`/etc/${name}`),
  ]) {
    try {
      await load();
      found.push('import');
    } catch {}
  }
  for (const load of [() => require('./' + name + '.json'), () => require(`../${name}.json`)]) {
    try {
      load();
      found.push('require');
    } catch {}
  }
  try {
    (import.meta as any).glob('../**/*.json', { eager: true });
    found.push('glob');
  } catch {}
  return { statusCode: 200, body: JSON.stringify({ found }) };
}
