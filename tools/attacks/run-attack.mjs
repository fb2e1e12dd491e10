/**
 * Runs one attack file against a platform and judges it. Nothing here throws for what the platform does wrong: that is the verdict.
 */
import { callIsHeld, describeAnswers, expectsCall, findLeak, uploadIsHeld } from './answer-contract.mjs';
import { callOnce } from './raw-client.mjs';

const BENIGN_SOURCE = `export const handler = async () => ({ statusCode: 200, body: 'benign' });\n`;
const MEMORY_MB = 64;
const CPU_CALLS_AT_ONCE = 8;
const VICTIM_CALLS_MIN = 20;
/** Over the function's timeout: waiting for a turn behind the others, and the answer's way. */
const ANSWER_SLACK_MS = 15_000;
const SETTLE_MS = 1_000;
const API = 'attacks';

/**
 * @param attack from `readAttackFile`
 * @param {{ controlPlane, publicUrl: string, victim, watch, secrets: string[], victimPath: string }} surroundings
 * @returns `{ name, held, summary, problems }`
 */
export async function runAttack(attack, surroundings) {
  const { controlPlane, victim, watch, secrets } = surroundings;
  const functionName = `attack-${attack.name.replace(/\.\w+$/, '').replace(/[^A-Za-z0-9_-]/g, '-')}`.slice(0, 64);
  const problems = [];
  const seen = [];
  const victimCallsBefore = victim.calls;
  const address = new URL(surroundings.publicUrl);
  const call = (query) =>
    callOnce({
      host: address.hostname,
      port: Number(address.port || 80),
      path: `/${API}/subject${query}`,
      timeoutMs: attack.timeoutMs + ANSWER_SLACK_MS,
      probe: { path: `${surroundings.victimPath}?n=probe`, accepts: (answer) => answer.body === '{"victim":"probe"}' },
    });

  const upload = await attempt(() =>
    controlPlane.putFunction(functionName, attack.source, { memoryMb: MEMORY_MB, timeoutMs: attack.timeoutMs }),
  );
  const accepted = upload.answer?.status === 200 || upload.answer?.status === 201;
  if (upload.error !== undefined) problems.push(`its upload had no answer (${upload.error})`);
  else if (!accepted) {
    seen.push(`upload ${upload.answer.status} ${upload.answer.body?.code ?? ''}`.trim());
    if (!uploadIsHeld(attack.answers, upload.answer.status))
      problems.push(`its upload was answered ${upload.answer.status}: ${upload.answer.text.slice(0, 300)}`);
    const leak = findLeak(upload.answer.text, { source: attack.source, secrets });
    if (leak !== null) problems.push(`the refusal shows ${leak}`);
    await delay(SETTLE_MS);
    await checkBurning();
  } else if (!expectsCall(attack.answers)) {
    problems.push('its upload was accepted');
  } else {
    await attackByCalls();
  }
  await checkBenign();
  problems.push(...(await watch.findDamage()));
  const missing = VICTIM_CALLS_MIN - (victim.calls - victimCallsBefore);
  if (missing > 0) await victim.awaitCalls(missing);
  await attempt(() => controlPlane.putApi(API, { routes: [] }));
  await attempt(() => controlPlane.deleteFunction(functionName));
  return { name: attack.name, held: problems.length === 0, summary: summarise(seen), problems };

  async function attackByCalls() {
    const routed = await attempt(() => putRoute());
    if (routed.answer?.status !== 200 && routed.answer?.status !== 201)
      return void problems.push(`its route was refused: ${routed.error ?? routed.answer.text.slice(0, 300)}`);
    for (const query of attack.queries) {
      for (let index = 0; index < attack.calls; index++) judge(await attempt(() => call(query)), query);
    }
    if (attack.isCpu) {
      const answers = await Promise.all(
        Array.from({ length: CPU_CALLS_AT_ONCE }, () => attempt(() => call(attack.queries[0]))),
      );
      for (const answer of answers) judge(answer, `${attack.queries[0]} (8 at once)`, { circuitCounts: true });
    }
    await delay(SETTLE_MS);
    await checkBurning();
    const logs = await attempt(() => controlPlane.functionLogs(functionName));
    const leak = logs.answer === undefined ? null : findLeak(logs.answer.text, { source: attack.source, secrets });
    if (leak !== null) problems.push(`its log shows ${leak}`);
    // Once more, so that the benign source comes right after an attack and not after the calm of the checks above.
    judge(await attempt(() => call(attack.queries[0])), `${attack.queries[0]} (again)`, {
      circuitCounts: attack.isCpu,
    });
  }

  function judge({ answer, error }, query, options) {
    const where = query === '' ? '' : ` to ${query.trim()}`;
    if (error !== undefined) {
      seen.push('no answer');
      return void problems.push(`no answer${where}: ${error}`);
    }
    const reason = answer.headers['x-sluice-reason'];
    seen.push(`${answer.status}${reason === undefined ? '' : ` ${reason}`}`);
    if (answer.problem !== undefined) problems.push(`${answer.problem}${where}`);
    if (!callIsHeld(attack.answers, answer, options))
      problems.push(
        `answered ${answer.status} ${reason ?? ''} ${answer.body.slice(0, 200)}${where}, expected ${describeAnswers(attack.answers)}`,
      );
    const leak = findLeak(`${Object.entries(answer.headers).join('\n')}\n${answer.body}`, {
      source: attack.source,
      secrets,
    });
    if (leak !== null) problems.push(`the answer${where} shows ${leak}`);
  }

  async function checkBurning() {
    const burning = await watch.findBurningHost();
    if (burning !== null) problems.push(burning);
  }

  async function checkBenign() {
    const benign = await attempt(() => controlPlane.putFunction(functionName, BENIGN_SOURCE, { timeoutMs: 3_000 }));
    if (benign.answer?.status !== 200 && benign.answer?.status !== 201)
      return void problems.push(
        `a benign source under its name was refused: ${benign.error ?? benign.answer.text.slice(0, 300)}`,
      );
    const routed = await attempt(() => putRoute());
    const { answer, error } = routed.error === undefined ? await attempt(() => call('')) : routed;
    if (error !== undefined) problems.push(`the benign source under its name had no answer (${error})`);
    else if (answer.status !== 200 || answer.body !== 'benign')
      problems.push(
        `the benign source under its name was answered ${answer.status} ${answer.headers['x-sluice-reason'] ?? ''} ${answer.body?.slice(0, 200)}`,
      );
    else if (answer.problem !== undefined) problems.push(`after the benign answer: ${answer.problem}`);
  }

  function putRoute() {
    return controlPlane.putApi(API, {
      apiStyle: 'rest',
      routes: [{ route: 'ANY /subject', integration: { type: 'function', function: functionName } }],
    });
  }
}

async function attempt(action) {
  try {
    return { answer: await action() };
  } catch (error) {
    return { error: error.cause?.message ?? error.message };
  }
}

function delay(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** `504 Sandbox.Timedout ×9` */
function summarise(seen) {
  const counts = new Map();
  for (const text of seen) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].map(([text, count]) => (count === 1 ? text : `${text} ×${count}`)).join(', ');
}
