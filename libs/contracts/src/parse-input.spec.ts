import { z } from 'zod';
import { parseInput } from './parse-input';
import { SluiceError } from './sluice-error';

const schema = z.strictObject({
  text: z.string().min(2).max(3).optional(),
  count: z.int().min(1).max(9).optional(),
  share: z.number().gt(0).lt(1).optional(),
  seconds: z.int().multipleOf(60).optional(),
  flag: z.boolean().optional(),
  list: z.array(z.string()).min(1).max(2).optional(),
  map: z.record(z.string(), z.string()).optional(),
  state: z.enum(['on', 'off', 'auto']).optional(),
  setting: z.union([z.literal(false), z.strictObject({ size: z.int() })]).optional(),
  files: z
    .union([
      z.strictObject({ file: z.string(), keyFile: z.string() }),
      z.strictObject({ cert: z.string(), key: z.string() }),
    ])
    .optional(),
  kind: z
    .discriminatedUnion('type', [z.object({ type: z.literal('a') }), z.object({ type: z.literal('b') })])
    .optional(),
  own: z.string({ error: 'must be what its schema says' }).optional(),
});

function problems(input: unknown): string[] {
  try {
    parseInput(schema, input, 'The input');
    return [];
  } catch (error) {
    if (!(error instanceof SluiceError)) throw error;
    return (error.details ?? []).map((detail) => `${'path' in detail ? detail.path : ''}: ${detail.message}`);
  }
}

test.each([
  [{ text: 5 }, 'text: must be a string'],
  [{ text: 'x' }, 'text: must have at least 2 characters'],
  [{ text: 'four' }, 'text: may have at most 3 characters'],
  [{ count: '5' }, 'count: must be a number'],
  [{ count: 1.5 }, 'count: must be an integer'],
  [{ count: 10 }, 'count: must be at most 9'],
  [{ count: 0 }, 'count: must be at least 1'],
  [{ share: 0 }, 'share: must be more than 0'],
  [{ share: 1 }, 'share: must be less than 1'],
  [{ seconds: 61 }, 'seconds: must be a multiple of 60'],
  [{ flag: 'yes' }, 'flag: must be true or false'],
  [{ list: [] }, 'list: must have at least 1 entry'],
  [{ list: [5] }, 'list[0]: must be a string'],
  [{ map: [] }, 'map: must be an object'],
  [{ map: { a: 1 } }, 'map.a: must be a string'],
  [{ state: 'ON' }, 'state: must be "on", "off" or "auto"'],
  [{ setting: 5 }, 'setting: must be false or an object'],
  [{ setting: {} }, 'setting.size: is missing: a number'],
  [{ files: { cert: 'x' } }, 'files.key: is missing: a string'],
  [{ kind: { type: 'c' } }, 'kind.type: must be "a" or "b"'],
  [{ own: 5 }, 'own: must be what its schema says'],
  [{ nope: 5 }, 'nope: is not a setting here'],
])('%j: %s', (input, problem) => {
  expect(problems(input)).toEqual([problem]);
});
