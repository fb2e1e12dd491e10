import { waitFor } from './wait-for';

test('answers what the condition answered once it is truthy, errors before that included', async () => {
  let calls = 0;
  const answer = await waitFor(() => {
    calls += 1;
    if (calls < 3) throw new Error('not yet');
    return calls === 3 ? 0 : 'done';
  });
  expect(answer).toBe('done');
  expect(calls).toBe(4);
});

test('gives up with what was waited for and the last error', async () => {
  const cause = new Error('refused');
  const waiting = waitFor(() => Promise.reject(cause), { timeoutMs: 20, what: 'a connection' });
  await expect(waiting).rejects.toMatchObject({ message: 'After 20 ms still not: a connection', cause });
});
