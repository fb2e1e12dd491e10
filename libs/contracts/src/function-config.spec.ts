import { DEFAULT_FUNCTION_CONFIG, parseFunctionConfig } from './function-config';

const problems = (input: unknown): unknown => {
  try {
    parseFunctionConfig(input);
  } catch (error) {
    return (error as { details: unknown }).details;
  }
  return 'accepted';
};

describe('a function configuration', () => {
  it('takes numbers from JSON and from a query alike, and keeps what is not mentioned', () => {
    const present = { ...DEFAULT_FUNCTION_CONFIG, memoryMb: 64 };
    expect(
      parseFunctionConfig({ timeoutMs: 500, cpuMs: '700', idempotent: 'true', url: 'NONE' }, present).config,
    ).toEqual({
      ...present,
      timeoutMs: 500,
      cpuMs: 700,
      idempotent: true,
      url: { auth: 'NONE' },
    });
  });

  it.each(['IAM', { auth: 'IAM' }])('takes %p as a URL that only signed requests may call', (url) => {
    expect(parseFunctionConfig({ url }, DEFAULT_FUNCTION_CONFIG).config.url).toEqual({ auth: 'IAM' });
  });

  it.each(['', null])('removes the function URL with %p', (url) => {
    const present = { ...DEFAULT_FUNCTION_CONFIG, url: { auth: 'NONE' as const } };
    expect(parseFunctionConfig({ url }, present).config).toEqual(DEFAULT_FUNCTION_CONFIG);
  });

  it('names every bad field at once', () => {
    expect(
      problems({ timeoutMs: 99, memoryMb: 1.5, concurrency: 101, idempotent: 1, url: 'AWS', colour: 'red' }),
    ).toEqual([
      { path: 'config.timeoutMs', message: 'must be an integer from 100 to 900000' },
      { path: 'config.memoryMb', message: 'must be an integer from 16 to 1024' },
      { path: 'config.concurrency', message: 'must be an integer from 1 to 100' },
      { path: 'config.idempotent', message: 'must be true or false' },
      {
        path: 'config.url',
        message: 'must be { "auth": "NONE" } or { "auth": "IAM" } (query: url=NONE, url=IAM), or null to remove it',
      },
      { path: 'config.colour', message: expect.stringContaining('is not a setting; known: timeoutMs') as string },
    ]);
  });

  it.each([null, [], 'x', 7])('%p is none', (input) => {
    expect(problems(input)).toEqual([{ path: 'config', message: 'must be an object' }]);
  });

  it('bounds the environment at 4 KB of names and values, in bytes', () => {
    expect(problems({ environment: { A: 'x'.repeat(4095) } })).toBe('accepted');
    expect(problems({ environment: { A: 'ü'.repeat(2048) } })).toEqual([
      { path: 'config.environment', message: 'has 4097 bytes of names and values; at most 4096' },
    ]);
  });

  it('refuses environment names and values that are none', () => {
    expect(problems({ environment: { '1A': 'x', B: 2 } })).toEqual([
      { path: 'config.environment.1A', message: 'is not a valid variable name' },
      { path: 'config.environment.B', message: 'must be a string' },
    ]);
  });
});
