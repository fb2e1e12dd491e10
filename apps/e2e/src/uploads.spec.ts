import { E2ePlatform } from './index';

const OK = "export const handler = async () => ({ statusCode: 200, body: 'ok' });";

describe('uploads', () => {
  let platform: E2ePlatform;
  beforeAll(async () => {
    platform = await E2ePlatform.start();
  }, 60_000);
  afterAll(() => platform.stop());

  test('an error in the source is told with file, line and column, and nothing is stored', async () => {
    const answer = await platform.controlPlane.putFunction(
      'broken',
      'export const a = 1;\nexport const handler = async () => {\n  return 1 +;\n};\n',
    );
    expect([answer.status, answer.json]).toEqual([
      400,
      expect.objectContaining({
        code: 'COMPILE_ERROR',
        details: [
          {
            file: 'index.ts',
            line: 3,
            column: expect.any(Number) as unknown,
            message: expect.stringMatching(/.+/) as unknown,
          },
        ],
      }),
    ]);
    expect((await platform.controlPlane.get('/v1/functions/broken')).status).toBe(404);
  });

  test.each([
    ['throws while it loads', "\nthrow new Error('no luck');\nexport const handler = async () => 1;", /no luck/],
    ['exports no handler', 'export const somethingElse = 1;', /somethingElse/],
    ['is a fetch handler', 'export default { fetch() { return null; } };', /fetch/],
    ['loops while it loads', 'for (;;) {}\nexport const handler = async () => 1;', /.+/],
  ])('a module that %s is refused, saying so', async (_what, source, named) => {
    const { status, json, text } = await platform.controlPlane.putFunction('uninitialised', source);
    expect([status, json]).toEqual([400, expect.objectContaining({ code: 'INIT_ERROR' })]);
    expect(text).toMatch(named);
  });

  test.each([
    ['a Node module', "import fs from 'node:fs'; export const handler = async () => fs.readdirSync('/');", /node:fs/],
    ['a package that was not uploaded', "import x from 'left-pad'; export const handler = async () => x;", /left-pad/],
    [
      'a file of the host',
      "import x from '../../../../etc/hostname'; export const handler = async () => x;",
      /hostname/,
    ],
    [
      'a file of the host as text',
      "import x from '/etc/passwd' with { type: 'text' }; export const handler = async () => x;",
      /passwd|type/,
    ],
  ])('an import of %s is refused by name, with its place', async (_what, source, named) => {
    const { status, json, text } = await platform.controlPlane.putFunction('importer', source);
    expect([status, json]).toEqual([
      400,
      expect.objectContaining({
        code: 'COMPILE_ERROR',
        details: expect.arrayContaining([expect.objectContaining({ line: 1 })]) as unknown,
      }),
    ]);
    expect(text).toMatch(named);
    expect(text).not.toContain('root:');
  });

  test('several files with an environment, which is used and never shown', async () => {
    const put = await platform.controlPlane.json('PUT', '/v1/functions/several', {
      files: {
        'index.ts':
          "import { greet } from './lib/greet';\nimport words from './words.json';\nexport const handler = async () => ({ statusCode: 200, body: greet(words.hello, process.env.NAME ?? '') });",
        'lib/greet.ts': 'export const greet = (word: string, name: string): string => `${word} ${name}`;',
        'words.json': '{"hello":"hi"}',
      },
      config: { environment: { NAME: 'canary-value-1' }, timeoutMs: 1_500 },
    });
    expect([put.status, put.json]).toEqual([
      201,
      expect.objectContaining({ config: expect.objectContaining({ timeoutMs: 1_500 }) as unknown }),
    ]);
    await platform.controlPlane.putApi('several', [{ route: 'GET /', function: 'several' }]);
    expect((await platform.call('/several/')).text).toBe('hi canary-value-1');
    const shown = await platform.controlPlane.get('/v1/functions/several');
    expect(shown.text).toContain('NAME');
    expect(put.text + shown.text).not.toContain('canary-value-1');
  });

  test('the upload as it was sent can be read again, for each version', async () => {
    await platform.deploy('kept', `// first\n${OK}`);
    await platform.deploy('kept', `// second\n${OK}`);
    const versions = await platform.controlPlane.get('/v1/functions/kept/versions');
    expect(versions.text).toMatch(/"version":1[,}]/);
    expect(versions.text).toMatch(/"version":2[,}]/);
    expect((await platform.controlPlane.get('/v1/functions/kept/versions/1/source')).text).toContain('// first');
    expect((await platform.controlPlane.get('/v1/functions/kept/versions/2/source')).text).toContain('// second');
  });

  test('settings that are not mentioned stay as they were', async () => {
    await platform.deploy('settings', OK, { timeoutMs: 1_234, memoryMb: 64, maxConcurrency: 7 });
    const { json } = await platform.controlPlane.putFunction('settings', OK, { memoryMb: 32 });
    expect(json).toMatchObject({ config: { timeoutMs: 1_234, memoryMb: 32, maxConcurrency: 7 } });
  });

  test.each([
    ['timeoutMs=99', 'timeoutMs'],
    ['timeoutMs=900001', 'timeoutMs'],
    ['memoryMb=lots', 'memoryMb'],
    ['colour=red', 'colour'],
    ['url=EVERYBODY', 'url'],
  ])('a setting out of range is refused by name: %s', async (query, field) => {
    const [key = '', value = ''] = query.split('=');
    const { status, json, text } = await platform.controlPlane.putFunction('settings', OK, { [key]: value });
    expect([status, json]).toEqual([400, expect.objectContaining({ code: 'VALIDATION_FAILED' })]);
    expect(text).toContain(field);
  });

  test.each(['a b', 'ä', 'x'.repeat(65), 'a:b', '..'])('a function cannot be called %j', async (name) => {
    const { status } = await platform.controlPlane.putFunction(encodeURIComponent(name), OK);
    expect([400, 404]).toContain(status);
  });

  test.each(['functions', 'health', '_sluice', 'Upper'])('an API cannot be called %s', async (name) => {
    await platform.deploy('named', OK);
    const { status, json } = await platform.controlPlane.putApi(name, [{ route: 'GET /', function: 'named' }]);
    expect([status, json]).toEqual([400, expect.objectContaining({ code: 'VALIDATION_FAILED' })]);
  });

  test('a body of another type is told which type to send', async () => {
    const { status, text } = await platform.controlPlane.request('PUT', '/v1/functions/typed', {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: OK,
    });
    expect(status).toBe(415);
    expect(text).toContain('application/typescript');
  });

  test('a source that breaks the compiler breaks nothing else: the next upload is compiled within a second', async () => {
    const nested = `export const handler = () => ${'['.repeat(400_000)}${']'.repeat(400_000)};`;
    const hostile = Array.from({ length: 3 }, () => platform.controlPlane.putFunction('nested', nested));
    const startedAtMs = performance.now();
    const statuses = (await Promise.all(hostile)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([400]));
    const hostileMs = performance.now() - startedAtMs;
    const benignAtMs = performance.now();
    expect((await platform.controlPlane.putFunction('after', OK)).status).toBe(201);
    expect(performance.now() - benignAtMs).toBeLessThan(1_000);
    expect(hostileMs).toBeLessThan(20_000);
  }, 40_000);

  test('uploads at the same time to one function each become a version', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, i) => platform.controlPlane.putFunction('contended', `// ${i}\n${OK}`)),
    );
    const versions = answers.map(({ json }) => (json as { version: number }).version).sort((a, b) => a - b);
    expect(versions).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test('functions are listed page by page, each once', async () => {
    const names: string[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { json } = await platform.controlPlane.get(
        `/v1/functions?limit=2${cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`}`,
      );
      const page = json as { functions: { name: string }[]; nextCursor?: string | null };
      names.push(...page.functions.map(({ name }) => name));
      cursor = page.nextCursor ?? null;
    }
    expect(names).toEqual([...new Set(names)]);
    expect(names).toEqual(expect.arrayContaining(['after', 'contended', 'kept', 'settings', 'several']));
  });
});
