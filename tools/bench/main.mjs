/**
 * npm run bench [-- invoke features cold memory routes steps]
 *
 * Starts the platform on free ports, measures it, and prints ratios against baselines taken in the same run: absolute figures of a machine say
 * little. Without arguments every section runs. ROUNDS=3 and SECONDS_EACH=3 set the length of the load sections.
 */
import { join } from 'node:path';
import { ControlPlaneClient } from '../platform/control-plane-client.mjs';
import { startPlatform } from '../platform/start-platform.mjs';
import { benchFleet, benchHost } from './cold-starts.mjs';
import { benchFeatures } from './features.mjs';
import { benchInvoke } from './invoke.mjs';
import { benchSteps } from './steps.mjs';

const SECTIONS = ['invoke', 'features', 'cold', 'memory', 'routes', 'steps'];
const print = (line) => console.log(line);
const rounds = Number(process.env['ROUNDS'] ?? 3);
const secondsEach = Number(process.env['SECONDS_EACH'] ?? 3);

process.exitCode = await main(process.argv.slice(2));

async function main(wanted) {
  const unknown = wanted.filter((name) => !SECTIONS.includes(name));
  if (unknown.length > 0) {
    console.error(`bench: no such section: ${unknown.join(', ')}; there are ${SECTIONS.join(', ')}`);
    return 2;
  }
  const sections = new Set(wanted.length > 0 ? wanted : SECTIONS);
  let noErrors = true;
  if (['invoke', 'features', 'cold', 'memory'].some((name) => sections.has(name)))
    await withPlatform({}, async (platform, controlPlane) => {
      if (sections.has('invoke')) {
        print(`invoke: ${rounds} rounds of ${secondsEach} s, medians`);
        noErrors = await benchInvoke({ controlPlane, platform, print, rounds, secondsEach });
      }
      if (sections.has('features')) {
        print(`features: ${rounds} rounds of ${secondsEach} s, medians`);
        noErrors = (await benchFeatures({ controlPlane, platform, print, rounds, secondsEach })) && noErrors;
      }
      if (sections.has('cold') || sections.has('memory')) {
        print([...sections].filter((name) => name === 'cold' || name === 'memory').join(' and '));
        await benchFleet({ controlPlane, platform, print, sections });
      }
    });
  if (sections.has('cold')) {
    print('cold, inside the host');
    await benchHost({ print });
  }
  if (sections.has('routes')) {
    print('routes: time of one match');
    const { measureMatch } = await import(join(import.meta.dirname, '../../libs/routing/bench/match.mjs'));
    const { ns10, ns10000, ratio } = measureMatch();
    print(`  among 10 routes ${ns10.toFixed(0)} ns, among 10,000 ${ns10000.toFixed(0)} ns, ratio ${ratio.toFixed(2)}`);
  }
  if (sections.has('steps'))
    await withPlatform({ SLUICE_TRACE_STEPS: 'on' }, async (platform, controlPlane) => {
      print('steps: where the time of a request goes (traced, so slower than above)');
      await benchSteps({ controlPlane, platform, print, secondsEach });
    });
  return noErrors ? 0 : 1;
}

async function withPlatform(env, action) {
  const platform = await startPlatform({ env });
  try {
    await action(platform, new ControlPlaneClient({ adminUrl: platform.adminUrl, ...platform.rootKey }));
  } finally {
    await platform.stop();
  }
}
