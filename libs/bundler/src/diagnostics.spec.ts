import { atStartOf, boundDiagnostics } from './diagnostics';

describe('diagnostics', () => {
  it('are at most 50, each once', () => {
    const many = Array.from({ length: 200 }, (_, index) => atStartOf('index.ts', `problem ${index % 120}`));
    expect(boundDiagnostics(many)).toHaveLength(50);
    expect(boundDiagnostics([many[0], many[0], many[1]].filter((entry) => entry !== undefined))).toHaveLength(2);
  });

  it('are at most 500 characters long, also when every one of them has to be escaped', () => {
    const messages = boundDiagnostics([atStartOf('a.ts', 'x'.repeat(9_000)), atStartOf('a.ts', '\u202e'.repeat(900))]);
    expect(messages.map(({ message }) => message.length)).toEqual([500, 500]);
  });

  it('show controls and bidirectional overrides instead of obeying them', () => {
    expect(boundDiagnostics([atStartOf('a\u001b[31m.ts', 'a\u202eb\r\nc')])).toEqual([
      { file: 'a\\u{1b}[31m.ts', line: 1, column: 1, message: 'a\\u{202e}b\\u{d}\\u{a}c' },
    ]);
  });
});
