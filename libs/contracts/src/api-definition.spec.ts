import { parseApiDefinition } from './api-definition';

const problems = (input: unknown): unknown => {
  try {
    parseApiDefinition(input);
  } catch (error) {
    return (error as { details: unknown }).details;
  }
  return 'accepted';
};
const integration = { type: 'function', function: 'hello' };

describe('an API definition', () => {
  it('is an http API unless it says otherwise', () => {
    expect(parseApiDefinition({ routes: [{ route: 'GET /a', integration }] })).toEqual({
      apiStyle: 'http',
      routes: [{ route: 'GET /a', integration }],
    });
  });

  it('keeps every setting a route may have', () => {
    const route = {
      route: '$default',
      integration: { ...integration, qualifier: '3', payloadFormat: '1.0' },
      timeoutMs: 50,
    };
    expect(parseApiDefinition({ apiStyle: 'rest', routes: [route] })).toEqual({ apiStyle: 'rest', routes: [route] });
  });

  it('names every bad field, with its route', () => {
    expect(
      problems({
        apiStyle: 'soap',
        stage: 'x',
        routes: [
          7,
          { route: 'GET /a', integration: { type: 'mock', function: 1 }, timeoutMs: 10, cache: {} },
          { route: 'GET /b' },
        ],
      }),
    ).toEqual([
      { path: 'stage', message: 'is not a setting of an API' },
      { path: 'apiStyle', message: 'must be "http" or "rest"' },
      { path: 'routes[0]', message: 'must be an object with "route" and "integration"' },
      { path: 'routes[1] (GET /a).cache', message: 'is not a setting of a route' },
      { path: 'routes[1] (GET /a).timeoutMs', message: 'must be an integer from 50 to 900000' },
      { path: 'routes[1] (GET /a).integration.type', message: 'must be "function"' },
      { path: 'routes[1] (GET /a).integration.function', message: 'must be the name of a function' },
      {
        path: 'routes[2] (GET /b).integration',
        message: 'must be an object such as { "type": "function", "function": "hello" }',
      },
    ]);
  });

  it.each([null, [], 'x'])('%p is none', (input) => {
    expect(problems(input)).toEqual([{ path: '', message: 'must be a JSON object with "routes"' }]);
  });
});
