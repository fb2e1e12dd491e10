/**
 * One attack: a source that a hostile user uploads, with its contract in the head comment.
 *
 *   @answer   what may be answered, alternatives separated by ` | `: `STATUS`, `STATUS {json body}`, `STATUS ErrorType` (from x-sluice-reason),
 *             `upload STATUS`, `any`
 *   calls: N  invoke N times, one after another, on the warm function
 *   @query k=v       adds a query parameter; `k=a,b,c` runs the attack once with each. Where the source looks k up in a table of thunks
 *                    (`{ cycle: () => …, fn: () => … }`) every name of the table that holds `v` is a variant too.
 *
 * A `.mjs` file prints its source on stdout (for sources that are too dull to keep).
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

const CPU_TIMEOUT_MS = 500;
const OTHER_TIMEOUT_MS = 5_000;
const SOURCE_BYTES_MAX = 64 * 1024 * 1024;

/** The attack files of a directory in name order; `only` keeps those whose names start with one of the prefixes. */
export function listAttackFiles(directory, only = []) {
  return readdirSync(directory)
    .filter((name) => /\.(ts|mjs)$/.test(name))
    .filter((name) => only.length === 0 || only.some((prefix) => name.startsWith(prefix)))
    .sort()
    .map((name) => join(directory, name));
}

/** @returns the attack, or `{ name, problem }` when its header is no contract. */
export function readAttackFile(path) {
  const name = basename(path);
  const text = readFileSync(path, 'utf8');
  const header = /\/\*\*[\s\S]*?\*\//.exec(text)?.[0] ?? '';
  const answerText = /^\s*\*\s*@answer\s+(.+?)\s*(?:\*\/)?$/m.exec(header)?.[1];
  if (answerText === undefined) return { name, problem: 'has no @answer' };
  const answers = answerText.split(' | ').map(parseAnswer);
  const bad = answers.find((answer) => answer.problem !== undefined);
  if (bad !== undefined) return { name, problem: bad.problem };
  const source = name.endsWith('.mjs')
    ? execFileSync(process.execPath, [path], { encoding: 'utf8', maxBuffer: SOURCE_BYTES_MAX })
    : text;
  return {
    name,
    source,
    answers,
    calls: Number(/^\s*\*\s*calls:\s*(\d+)/m.exec(header)?.[1] ?? 1),
    queries: readQueries(header, source),
    isCpu: name.startsWith('cpu-'),
    timeoutMs: name.startsWith('cpu-') ? CPU_TIMEOUT_MS : OTHER_TIMEOUT_MS,
  };
}

function parseAnswer(text) {
  if (text.trim() === 'any') return { kind: 'any' };
  const parts = /^(upload )?(\d{3})(?: (.+))?$/.exec(text.trim());
  if (parts === null) return { problem: `has an @answer that cannot be read: ${text}` };
  const [, upload, status, detail] = parts;
  if (upload !== undefined) return { kind: 'upload', status: Number(status) };
  if (detail === undefined) return { kind: 'call', status: Number(status) };
  if (!detail.startsWith('{')) return { kind: 'call', status: Number(status), errorType: detail };
  try {
    return { kind: 'call', status: Number(status), body: JSON.parse(detail) };
  } catch {
    return { problem: `has an @answer whose body is not JSON: ${text}` };
  }
}

/** Query strings to call with, at least one (''). */
function readQueries(header, source) {
  const given = [...header.matchAll(/^\s*\*\s*@query\s+(\w+)=(\S*)/gm)];
  let queries = [''];
  for (const [, key, list] of given) {
    const named = list.split(',');
    const values = new Set([...named, ...(named.length === 1 ? thunkTableNames(source, named[0]) : [])]);
    queries = queries.flatMap((query) =>
      [...values].map((value) => `${query === '' ? '?' : `${query}&`}${key}=${encodeURIComponent(value)}`),
    );
  }
  return queries;
}

function thunkTableNames(source, member) {
  const names = [...source.matchAll(/[{,]\s*(\w+): \(\) =>/g)].map((match) => match[1]);
  return names.includes(member) ? names : [];
}
