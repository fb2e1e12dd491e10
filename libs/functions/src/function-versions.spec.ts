import { DEFAULT_FUNCTION_CONFIG, LIMITS, type FunctionRecord, type FunctionVersion } from '@sluice/contracts';
import { addVersion, nextVersionNumber, resolveVersion } from './function-versions';

function version(number: number): FunctionVersion {
  return {
    version: number,
    revision: `r${number}`,
    sha256: 's',
    sizeBytes: 1,
    handlerKind: 'lambda',
    initMs: 0,
    config: DEFAULT_FUNCTION_CONFIG,
    environmentNames: [],
    createdAt: '2026-01-01T00:00:00.000Z',
  };
}

function grow(count: number, referenced: readonly number[]): { record: FunctionRecord; dropped: number[] } {
  let record: FunctionRecord | null = null;
  const dropped: number[] = [];
  for (let index = 0; index < count; index++) {
    const added = addVersion('f', record, version(nextVersionNumber(record)), new Set(referenced));
    record = added.record;
    dropped.push(...added.dropped.map((each) => each.version));
  }
  return { record: record as FunctionRecord, dropped };
}

test('versions are numbered from 1 and the newest fifty are kept', () => {
  const { record, dropped } = grow(LIMITS.versionsKeptMax + 3, []);
  expect(record.versions.map((each) => each.version)).toEqual(
    Array.from({ length: LIMITS.versionsKeptMax }, (_, index) => index + 4),
  );
  expect(dropped).toEqual([1, 2, 3]);
});

test('an older version that a route names is kept as well, and takes nobody’s place', () => {
  const { record } = grow(LIMITS.versionsKeptMax + 3, [2]);
  expect(record.versions[0]?.version).toBe(2);
  expect(record.versions).toHaveLength(LIMITS.versionsKeptMax + 1);
});

test('a number is never given twice', () => {
  expect(nextVersionNumber(null)).toBe(1);
  expect(nextVersionNumber({ schema: 1, name: 'f', versions: [version(2), version(9)] })).toBe(10);
});

test('a qualifier is $LATEST or the number of a version', () => {
  const record: FunctionRecord = { schema: 1, name: 'f', versions: [version(2), version(9)] };
  expect(resolveVersion(record, undefined)?.version).toBe(9);
  expect(resolveVersion(record, '$LATEST')?.version).toBe(9);
  expect(resolveVersion(record, '2')?.version).toBe(2);
  for (const unknown of ['1', '02', '2.0', ' 2', '-2', '', 'latest'])
    expect(resolveVersion(record, unknown)).toBeNull();
});
