import { settingTable } from './setting-table';
import { settingsMarkdown } from './settings-document';

test('the settings document has one row for every setting, with its default', () => {
  const lines = settingsMarkdown().trim().split('\n').slice(2);
  expect(lines.map((line) => /^\| `(\w+)` \|/.exec(line)?.[1])).toEqual(
    Object.values(settingTable).map(({ name }) => name),
  );
  expect(lines[0]).toMatch('| a port number (0-65535) | 8080 |');
});
