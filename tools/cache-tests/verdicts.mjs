/**
 * What a test's result means. A test that could not get as far as its question (its set-up needs something the cache does not do, or a test it
 * builds on did not pass) says nothing about it: not applicable.
 */

/** Whether answers that say nothing are kept is the route's own choice (`ttlSeconds`), so no test that builds on the other one is moot. */
const OWN_CHOICE = new Set(['freshness-none']);

/** Tests that no cache can pass together with the others, and why they say nothing here. */
const CONTRADICTORY = new Map([
  [
    'age-parse-prefix',
    'wants "Age: 0,7200" fresh, against its own name and against age-parse-dup-0, which wants "Age: 0, 0" stale',
  ],
]);

/** @typedef {'passed' | 'failed' | 'not applicable'} Verdict */

/** @param {object[]} suites @param {Record<string, true | [string, string]>} results */
export function judge(suites, results) {
  const tests = suites.flatMap((suite) => suite.tests.map((test) => ({ ...test, suite: suite.id })));
  const byId = new Map(tests.map((test) => [test.id, test]));
  return tests
    .filter(({ id }) => results[id] !== undefined)
    .map((test) => ({
      id: test.id,
      suite: test.suite,
      name: test.name,
      kind: test.kind ?? 'required',
      verdict: verdictOf(test, byId, results),
      detail: CONTRADICTORY.get(test.id) ?? (results[test.id] === true ? '' : results[test.id][1]),
    }));
}

/** @returns {Verdict} */
function verdictOf(test, byId, results) {
  const unmet = (test.depends_on ?? []).some((id) => {
    const needed = OWN_CHOICE.has(id) ? undefined : byId.get(id);
    return needed !== undefined && verdictOf(needed, byId, results) !== 'passed';
  });
  const result = results[test.id];
  if (unmet || CONTRADICTORY.has(test.id)) return 'not applicable';
  if (result === true) return 'passed';
  return result?.[0] === 'Setup' ? 'not applicable' : 'failed';
}
