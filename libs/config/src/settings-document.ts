import { type Setting, settingTable } from './setting-table';

/** The table of settings as Markdown; `docs` holds it and a check compares both. */
export function settingsMarkdown(): string {
  const rows = Object.values<Setting<unknown>>(settingTable).map(
    ({ name, kind, defaultText, readBy, meaning }) =>
      `| \`${name}\` | ${cell(kind.label)} | ${cell(defaultText)} | ${readBy.join(', ')} | ${cell(meaning)} |`,
  );
  return ['| setting | is | default | read by | meaning |', '| --- | --- | --- | --- | --- |', ...rows, ''].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
