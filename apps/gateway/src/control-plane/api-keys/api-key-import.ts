import { LIMITS, newApiKey, parseInput, SluiceError, type ErrorDetail, type NewApiKey } from '@sluice/contracts';
import { parseCsv } from '../csv';
import { decodeUtf8 } from '../http/json-body';
import { type ApiKeyService } from './api-key-service';

/** AWS's columns, in lower case; the first two must be there. */
const COLUMNS = ['name', 'key', 'description', 'enabled', 'usageplanids'] as const;
const REQUIRED_COLUMNS = 2;
const DETAILS_MAX = 100;

/**
 * The keys of a CSV file (RFC 4180) with AWS's columns `name,key,description,enabled,usageplanIds`, in any order; several plans stand in
 * one cell with commas between them. All rows are checked before any key is made.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/api-key-file-format.html
 * @throws SluiceError VALIDATION_FAILED naming row and column
 */
export function readApiKeyFile(body: Buffer, keys: Pick<ApiKeyService, 'planProblems' | 'isTaken'>): NewApiKey[] {
  const [header = [], ...rows] = parseCsv(decodeUtf8(body));
  const columns = columnsOf(header);
  if (rows.length > LIMITS.apiKeysPerImportMax)
    throw invalid([{ path: 'file', message: `has ${rows.length} keys; at most ${LIMITS.apiKeysPerImportMax}` }]);
  const values = new Set<string>();
  const details: ErrorDetail[] = [];
  const parsed = rows.flatMap((cells, index) => {
    const row = `row ${index + 2}`;
    const cell = (name: (typeof COLUMNS)[number]): string => cells[columns.get(name) ?? -1]?.trim() ?? '';
    const at = (path: string, message: string): ErrorDetail => ({ path: `${row}.${path}`, message });
    if (cells.length !== header.length) {
      details.push({ path: row, message: `has ${cells.length} cells; the first row has ${header.length}` });
      return [];
    }
    try {
      const key = parseInput(newApiKey, inputOf(cell), row);
      if (values.has(cell('key'))) details.push(at('key', 'stands in the file twice'));
      else if (keys.isTaken(cell('key'))) details.push(at('key', 'is the value of another key'));
      values.add(cell('key'));
      details.push(...keys.planProblems(key.usagePlans).map(({ message }) => at('usageplanIds', message)));
      return [key];
    } catch (error) {
      if (!(error instanceof SluiceError)) throw error;
      const problems = error.details ?? [];
      details.push(...problems.map((problem) => at('path' in problem ? columnOf(problem.path) : '', problem.message)));
      return [];
    }
  });
  if (details.length > 0) throw invalid(details);
  return parsed;
}

function columnsOf(header: readonly string[]): ReadonlyMap<string, number> {
  const columns = new Map(header.map((name, index) => [name.trim().toLowerCase(), index]));
  const missing = COLUMNS.slice(0, REQUIRED_COLUMNS).filter((name) => !columns.has(name));
  const unknown = [...columns.keys()].filter((name) => !COLUMNS.some((known) => known === name));
  const details = [
    ...missing.map((name) => ({ path: 'row 1', message: `has no column "${name}"` })),
    ...unknown.map((name) => ({
      path: 'row 1',
      message: `"${name.slice(0, 64)}" is no column; known are name, key, description, enabled, usageplanIds`,
    })),
    ...(columns.size < header.length ? [{ path: 'row 1', message: 'has a column twice' }] : []),
  ];
  if (details.length > 0) throw invalid(details);
  return columns;
}

function inputOf(cell: (name: (typeof COLUMNS)[number]) => string): object {
  const plans = cell('usageplanids');
  const enabled = cell('enabled').toLowerCase();
  return {
    name: cell('name'),
    value: cell('key'),
    ...(cell('description') === '' ? {} : { description: cell('description') }),
    ...(enabled === '' ? {} : { enabled: enabled === 'true' ? true : enabled === 'false' ? false : enabled }),
    usagePlans: plans === '' ? [] : plans.split(',').map((plan) => plan.trim()),
  };
}

/** The column a setting of a key comes from. */
function columnOf(path: string): string {
  if (path === 'value') return 'key';
  return path.startsWith('usagePlans') ? 'usageplanIds' : path;
}

function invalid(details: readonly ErrorDetail[]): SluiceError {
  const [first] = details;
  const summary = first !== undefined && 'path' in first ? `${first.path} ${first.message}` : '';
  const more = details.length > 1 ? `, and ${details.length - 1} more` : '';
  return new SluiceError('VALIDATION_FAILED', `No key was imported: ${summary}${more}.`, {
    details: details.slice(0, DETAILS_MAX),
  });
}
