import { parseApiDefinition } from '@sluice/contracts';
import { definitionDiff } from './definition-diff';

const fn = (name: string): object => ({ type: 'function', function: name });

test('a diff names added and removed routes, and each setting that changed with both values', () => {
  const from = parseApiDefinition({
    routes: [
      { route: 'GET /same', integration: fn('a') },
      { route: 'GET /gone', integration: fn('a') },
      { route: 'GET /moved', integration: fn('a'), timeoutMs: 100 },
    ],
    cors: { allowOrigins: ['https://a.example'], maxAgeSeconds: 5 },
    description: 'one',
  });
  const to = parseApiDefinition({
    routes: [
      { route: 'GET /new', integration: fn('a') },
      { route: 'GET /moved', integration: fn('b') },
      { route: 'GET /same', integration: fn('a') },
    ],
    cors: { allowOrigins: ['https://b.example'], maxAgeSeconds: 5 },
    description: 'one',
  });
  expect(definitionDiff(from, to)).toEqual({
    routes: {
      added: ['GET /new'],
      removed: ['GET /gone'],
      changed: [
        {
          route: 'GET /moved',
          differences: [
            { path: 'integration.function', from: 'a', to: 'b' },
            { path: 'timeoutMs', from: 100 },
          ],
        },
      ],
    },
    settings: [{ path: 'cors.allowOrigins', from: ['https://a.example'], to: ['https://b.example'] }],
  });
});

test('the same definition in another order of members or routes differs in nothing', () => {
  const one = parseApiDefinition({
    routes: [
      { route: 'GET /a', integration: fn('a') },
      { route: 'GET /b', integration: fn('b') },
    ],
  });
  const other = parseApiDefinition({
    routes: [
      { integration: { function: 'b', type: 'function' }, route: 'GET /b' },
      { integration: fn('a'), route: 'GET /a' },
    ],
  });
  expect(definitionDiff(one, other)).toEqual({ routes: { added: [], removed: [], changed: [] }, settings: [] });
});
