import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LIMITS } from './limits';

describe('docs/limits.md', () => {
  it('lists every limit with its value, and no others', () => {
    const documented = readFileSync(join(__dirname, '../../../docs/limits.md'), 'utf8');
    const rows = [...documented.matchAll(/^\| `(\w+)`\s+\| ([\d,]+)\s+\|/gm)].map(
      (match) => [match[1] as string, Number((match[2] as string).replaceAll(',', ''))] as const,
    );
    expect(Object.fromEntries(rows)).toEqual(LIMITS);
  });
});
