import { parseApiDefinition } from './api-definition';

const problems = (input: unknown): unknown => {
  try {
    parseApiDefinition(input);
  } catch (error) {
    return (error as { details: unknown }).details;
  }
  return 'accepted';
};
const NO_SUCH_TYPE = 'must be an object with "type": "function", "http-proxy", "mock" or "redirect"';
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
          { route: 'GET /a', integration: { type: 'soap', function: 1 }, timeoutMs: 10, colour: {} },
          { route: 'GET /b', integration: { type: 'function', uri: 1 } },
          { route: 'GET /c' },
        ],
      }),
    ).toEqual([
      { path: 'apiStyle', message: 'must be "http" or "rest"' },
      { path: 'routes[0]', message: 'must be an object with "route" and "integration"' },
      { path: 'routes[1] (GET /a).integration.type', message: NO_SUCH_TYPE },
      { path: 'routes[1] (GET /a).timeoutMs', message: 'must be an integer from 50 to 900000' },
      { path: 'routes[1] (GET /a).colour', message: 'is not a setting here' },
      { path: 'routes[2] (GET /b).integration.function', message: 'must be the name of a function' },
      { path: 'routes[2] (GET /b).integration.uri', message: 'is not a setting here' },
      { path: 'routes[3] (GET /c).integration', message: NO_SUCH_TYPE },
      { path: 'stage', message: 'is not a setting here' },
    ]);
  });

  it.each([null, [], 'x'])('%p is none', (input) => {
    expect(problems(input)).toEqual([{ path: '', message: 'must be a JSON object with "routes"' }]);
  });
});
