import { startTestRunner, type TestRunner } from './runner.fixture';

let test: TestRunner;

beforeAll(async () => {
  test = await startTestRunner();
});

afterAll(async () => {
  await test.stop();
});

it('runs an uploaded function and answers what it returns', async () => {
  const hello = await test.upload(
    'hello',
    'export const handler = async (event: { name: string }) => ({ hello: event.name });',
  );
  const first = await test.call(hello, { name: 'a' });
  expect(first).toMatchObject({ name: 'ok', body: { hello: 'a' } });
  expect(first.initUs).toBeGreaterThan(0);
  const second = await test.call(hello, { name: 'b' });
  expect(second).toMatchObject({ name: 'ok', body: { hello: 'b' }, initUs: 0 });
});
