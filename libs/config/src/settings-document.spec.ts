import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { settingTable } from './setting-table';
import { settingsMarkdown } from './settings-document';

test('the settings document has one row for every setting, with its default', () => {
  const lines = settingsMarkdown().trim().split('\n').slice(2);
  expect(lines.map((line) => /^\| `(\w+)` \|/.exec(line)?.[1])).toEqual(
    Object.values(settingTable).map(({ name }) => name),
  );
  expect(lines[0]).toMatch('| a port number (0-65535) | 8080 |');
});

test('docs/deployment.md shows every setting as it is', () => {
  const document = readFileSync(join(__dirname, '../../../docs/deployment.md'), 'utf8');
  const table = /<!-- settings: [^\n]*-->\n\n([^]*)\n<!-- \/settings -->/.exec(document)?.[1];
  expect(table?.split('\n')).toEqual(settingsMarkdown().split('\n'));
});
