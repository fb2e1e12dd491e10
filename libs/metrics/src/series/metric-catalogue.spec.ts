import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { METRICS, SERIES_ROOM } from './metric-catalogue';

test('docs/metrics.md lists every metric with its kind, unit and meaning, and no others', () => {
  const documented = readFileSync(join(__dirname, '../../../../docs/metrics.md'), 'utf8');
  const rows = [...documented.matchAll(/^\| `(\w+)`\s+\| (\w+)\s+\| (\w+)\s+\| (.+?)\s+\|$/gm)].map((match) =>
    match.slice(1),
  );
  expect(rows).toEqual(Object.entries(METRICS).map(([name, { shape, unit, meaning }]) => [name, shape, unit, meaning]));
});

test('every metric has a place of its own, and every place a metric', () => {
  const places = Object.values(METRICS).map(({ kind, shape, index }) => `${kind} ${shape} ${index}`);
  const rooms = Object.entries(SERIES_ROOM).flatMap(([kind, { counters, distributions, peaks }]) =>
    Object.entries({ counter: counters, distribution: distributions, peak: peaks }).flatMap(([shape, room]) =>
      Array.from({ length: room }, (_, index) => `${kind} ${shape} ${index}`),
    ),
  );
  expect([...places].sort()).toEqual(rooms.sort());
});
