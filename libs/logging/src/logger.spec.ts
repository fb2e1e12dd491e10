import { createLogger, redactValue } from './logger';

function capture(level: 'debug' | 'warn' = 'debug') {
  const lines: string[] = [];
  const logger = createLogger({
    name: 'test',
    level,
    nowMs: () => 0,
    stream: { write: (line: string) => lines.push(line) },
  });
  return { logger, lines, records: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe('a log line', () => {
  it('is one JSON object with time, level, name, message and fields', () => {
    const { logger, lines } = capture();
    logger.child({ requestId: 'r' }).info('done', { n: 1 });
    expect(lines).toEqual([
      '{"time":"1970-01-01T00:00:00.000Z","level":"info","name":"test","msg":"done","requestId":"r","n":1}\n',
    ]);
  });

  it('below the level is not written', () => {
    const { logger, lines } = capture('warn');
    logger.info('x');
    logger.warn('y');
    expect(lines).toHaveLength(1);
  });

  it('cannot be forged or paint a terminal by what users send', () => {
    const { logger, lines, records } = capture();
    logger.info('a\n{"level":"error"}\u001b[31m\u202e\u0085\u2028');
    for (const unsafe of ['\n', '\u001b', '\u202e', '\u0085', '\u2028'])
      expect(lines[0]?.trimEnd()).not.toContain(unsafe);
    expect(records()[0]?.['msg']).toBe('a\n{"level":"error"}\u001b[31m\u202e\u0085\u2028');
  });

  it('never shows secrets, by name or by value, however deep', () => {
    const { logger, lines } = capture();
    redactValue('hunter2-hunter2');
    logger.info('with hunter2-hunter2', {
      headers: { Authorization: 'Basic abc', cookie: 'sid=1' },
      secretAccessKey: 'zzz',
      error: new Error('bad hunter2-hunter2'),
    });
    for (const secret of ['hunter2', 'Basic abc', 'sid=1', 'zzz']) expect(lines[0]).not.toContain(secret);
  });

  it('shows errors with code, stack and causes, and survives what JSON cannot say', () => {
    const { logger, records } = capture();
    const circular: Record<string, unknown> = { big: 1n, f: () => 1 };
    circular['self'] = circular;
    logger.error('x', {
      error: Object.assign(new Error('outer', { cause: new TypeError('inner') }), { code: 'E1' }),
      circular,
    });
    expect(records()[0]).toMatchObject({
      error: { type: 'Error', message: 'outer', code: 'E1', cause: { type: 'TypeError', message: 'inner' } },
      circular: { big: '1', f: '[function]' },
    });
  });
});
