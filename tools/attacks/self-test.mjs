/**
 * Proves that the runner can fail: a benign file that claims 504, a file without @answer, an empty directory and a victim that fails
 * must each be reported. A runner that says "held" to everything would pass any platform.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listAttackFiles } from './attack-file.mjs';
import { runAttackFiles } from './run-directory.mjs';

const BENIGN = `export default async function handler() {\n  return { statusCode: 200, body: 'fine' };\n}\n`;
const FAILING_VICTIM = `let calls = 0;
export const handler = async (event) => {
  if (++calls % 25 === 0) throw new Error('planted');
  return { statusCode: 200, body: JSON.stringify({ victim: event.queryStringParameters.n }) };
};
`;

/** @returns true when everything planted was reported and nothing else. */
export async function runSelfTest(surroundings) {
  const { print } = surroundings;
  const directory = mkdtempSync(join(tmpdir(), 'sluice-attacks-'));
  try {
    const expectations = [];
    expectations.push(['an empty directory has no files to run', listAttackFiles(directory).length === 0]);
    writeFileSync(join(directory, 'planted-claims-504.ts'), `/**\n * attack: none\n * @answer 504\n */\n${BENIGN}`);
    writeFileSync(join(directory, 'planted-honest.ts'), `/**\n * attack: none\n * @answer 200\n */\n${BENIGN}`);
    writeFileSync(join(directory, 'planted-no-answer.ts'), `/**\n * attack: none\n */\n${BENIGN}`);
    const files = listAttackFiles(directory);

    print('-- planted files beside a healthy victim');
    const planted = await runAttackFiles({ ...surroundings, files });
    expectations.push(['the benign file that claims 504 fails', planted.failedNames.includes('planted-claims-504.ts')]);
    expectations.push(['the file without @answer fails', planted.failedNames.includes('planted-no-answer.ts')]);
    expectations.push(['the honest file holds', !planted.failedNames.includes('planted-honest.ts')]);
    expectations.push(['the healthy victim holds', planted.victimHeld]);

    print('-- an honest file beside a victim that fails');
    const honest = files.filter((file) => file.endsWith('planted-honest.ts'));
    const failing = await runAttackFiles({ ...surroundings, files: honest, victimSource: FAILING_VICTIM });
    expectations.push(['the failing victim is reported', !failing.victimHeld && failing.failed === 1]);

    for (const [what, met] of expectations) print(`self-test: ${met ? 'yes' : 'NO '}  ${what}`);
    const unmet = expectations.filter(([, met]) => !met).length;
    print(`self-test: ${expectations.length - unmet} of ${expectations.length} as expected`);
    return unmet === 0;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
