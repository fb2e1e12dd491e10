/**
 * The query of a request as its cache key holds it and as the integration sees it: parameters sorted by their decoded name, values of one
 * name in the order they were sent, each written as it was sent. `chosen` = only these names; null = all.
 * Two queries of one canonical form are the same to whoever decodes them; queries that differ in anything else never share one.
 */
export function canonicalQuery(rawQuery: string, chosen: ReadonlySet<string> | null): string {
  if (rawQuery === '') return '';
  if (!rawQuery.includes('&')) return chosen === null || chosen.has(nameOf(rawQuery)) ? rawQuery : '';
  const parameters: { readonly name: string; readonly text: string }[] = [];
  for (const text of rawQuery.split('&')) {
    if (text === '') continue;
    const name = nameOf(text);
    if (chosen === null || chosen.has(name)) parameters.push({ name, text });
  }
  // Array sort is stable, so the values of one name keep their order.
  parameters.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  let query = '';
  for (const { text } of parameters) query += query === '' ? text : `&${text}`;
  return query;
}

function nameOf(parameter: string): string {
  const equals = parameter.indexOf('=');
  const name = equals < 0 ? parameter : parameter.slice(0, equals);
  if (!name.includes('%') && !name.includes('+')) return name;
  const spaced = name.replaceAll('+', ' ');
  try {
    return decodeURIComponent(spaced);
  } catch {
    return spaced;
  }
}
