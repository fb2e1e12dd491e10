import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ERROR_CATALOGUE } from './error-catalogue';

const documented = readFileSync(join(__dirname, '../../../docs/errors.md'), 'utf8');

describe('docs/errors.md', () => {
  const sections = new Map(
    [...documented.matchAll(/^### (\S+) · (\d+)$/gm)].map((match) => [match[1] as string, Number(match[2])]),
  );

  it('has a section with the status of every code, and no others', () => {
    expect(Object.fromEntries(sections)).toEqual(
      Object.fromEntries(Object.entries(ERROR_CATALOGUE).map(([code, { status }]) => [code, status])),
    );
  });

  it('says under every code what to do', () => {
    for (const section of documented.split(/^### /m).slice(1)) expect(section).toMatch(/\*\*What to do\*\*: \S/);
  });
});
