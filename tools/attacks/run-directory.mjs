/** Runs a list of attack files beside a victim and prints a line per file and a last line with the counts. */
import { expectStatus } from '../platform/control-plane-client.mjs';
import { readAttackFile } from './attack-file.mjs';
import { runAttack } from './run-attack.mjs';
import { Victim, VICTIM_SOURCE, judgeVictim } from './victim.mjs';

const QUIET_CALLS = 200;
const WARM_UP_CALLS = 50;
const VICTIM_SECRET = 'victim-secret-7f3e1c';

/**
 * @param {{ files: string[], controlPlane, publicUrl: string, watch, secrets: string[], victimSource?: string, print(line: string): void }} options
 * @returns `{ files, held, failed, victimHeld, failedNames }`; everything held when `failed` is 0 and `victimHeld`.
 */
export async function runAttackFiles({
  files,
  controlPlane,
  publicUrl,
  watch,
  secrets,
  victimSource = VICTIM_SOURCE,
  print,
}) {
  const victimPath = '/attack-victim/victim';
  expectStatus(
    await controlPlane.putFunctionFiles(
      'attack-victim',
      { 'index.ts': victimSource },
      { environment: { VICTIM_SECRET } },
    ),
    'the upload of the victim',
    200,
    201,
  );
  expectStatus(
    await controlPlane.putApi('attack-victim', {
      apiStyle: 'rest',
      routes: [{ route: 'GET /victim', integration: { type: 'function', function: 'attack-victim' } }],
    }),
    'the route of the victim',
    200,
    201,
  );
  const victim = new Victim(publicUrl.replace(/\/$/, '') + victimPath);
  victim.start();
  await victim.awaitCalls(WARM_UP_CALLS);
  const warmUp = victim.takeFigures();
  await victim.awaitCalls(QUIET_CALLS);
  const quiet = victim.takeFigures();
  const run = { calls: 0, errors: [...warmUp.errors] };
  const failedNames = [];
  for (const file of files) {
    const attack = readAttackFile(file);
    const errorsBefore = victim.errors.length;
    const callsBefore = victim.calls;
    const result =
      attack.problem === undefined
        ? await runAttack(attack, {
            controlPlane,
            publicUrl,
            victim,
            watch,
            secrets: [...secrets, VICTIM_SECRET],
            victimPath,
          })
        : { name: attack.name, held: false, summary: '', problems: [attack.problem] };
    const victimErrors = victim.errors.length - errorsBefore;
    if (victimErrors > 0) {
      result.held = false;
      result.problems.push(`the victim failed ${victimErrors} times meanwhile (${victim.errors[errorsBefore]})`);
    }
    if (!result.held) failedNames.push(result.name);
    print(
      `${result.held ? 'held  ' : 'FAILED'}  ${result.name.padEnd(34)} victim ≤ ${victim.worstMsSince(callsBefore).toFixed(0).padStart(4)} ms   ${result.summary}${result.held ? '' : `\n        ${unique(result.problems).join('\n        ')}`}`,
    );
  }
  const figures = victim.takeFigures();
  await victim.stop();
  Object.assign(run, { ...figures, errors: [...run.errors, ...figures.errors] });
  const verdict = judgeVictim(quiet, run);
  for (const problem of verdict.problems) print(`FAILED  the victim ${problem}`);
  await controlPlane.deleteApi('attacks');
  await controlPlane.deleteApi('attack-victim');
  await controlPlane.deleteFunction('attack-victim');
  print(
    `${files.length} files: ${files.length - failedNames.length} held, ${failedNames.length} failed; ` +
      `victim ${verdict.held ? 'held' : 'FAILED'}: ${run.calls} calls, ${run.errors.length} errors, ` +
      `p99 ${run.p99Ms.toFixed(1)} ms, worst ${run.maxMs.toFixed(1)} ms (quiet p99 ${quiet.p99Ms.toFixed(1)} ms, allowed ${verdict.allowedMs.toFixed(1)} ms)`,
  );
  return {
    files: files.length,
    held: files.length - failedNames.length,
    failed: failedNames.length,
    failedNames,
    victimHeld: verdict.held,
  };
}

function unique(problems) {
  const counts = new Map();
  for (const problem of problems) counts.set(problem, (counts.get(problem) ?? 0) + 1);
  return [...counts].map(([problem, count]) => (count === 1 ? problem : `${problem} (${count} times)`));
}
