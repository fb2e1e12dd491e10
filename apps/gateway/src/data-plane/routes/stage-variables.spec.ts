import { stageVariablesIn, withStageVariables } from './stage-variables';

test('every reference is replaced by its value, and values are not read again', () => {
  const variables = { host: 'one.example', path: '${stageVariables.host}' };
  expect(withStageVariables('http://${stageVariables.host}/${stageVariables.path}', variables)).toBe(
    'http://one.example/${stageVariables.host}',
  );
  expect(withStageVariables('plain', variables)).toBe('plain');
  expect(withStageVariables('${context.stage}', variables)).toBe('${context.stage}');
});

test('an unknown variable leaves no half-made text, whatever objects inherit', () => {
  expect(withStageVariables('hello-${stageVariables.nobody}', { somebody: 'x' })).toBeNull();
  expect(withStageVariables('${stageVariables.constructor}', {})).toBeNull();
});

test('the variables of a text are known before it is resolved', () => {
  expect(stageVariablesIn('${stageVariables.a}-${stageVariables.b}')).toEqual(['a', 'b']);
  expect(stageVariablesIn('nothing')).toEqual([]);
});
