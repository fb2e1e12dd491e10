import { waitFor } from '@sluice/testing';
import { HttpLineSink } from './http-line-sink';

/** A receiver that can refuse. */
class Receiver {
  readonly batches: string[][] = [];
  readonly errors: unknown[] = [];
  refusing = false;
  rejecting = false;
  attempts = 0;

  readonly sink = (waitingBytesMax = 1_000_000): HttpLineSink =>
    new HttpLineSink({
      waitingBytesMax,
      retryMsMax: 5,
      onError: (error) => this.errors.push(error),
      post: async (lines) => {
        this.attempts++;
        if (this.refusing) throw new Error('not now');
        if (this.rejecting) return new Error('never');
        this.batches.push(lines.trimEnd().split('\n'));
        return null;
      },
    });
}

test('lines arrive in order, many at a time', async () => {
  const receiver = new Receiver();
  const sink = receiver.sink();
  const lines = Array.from({ length: 1_000 }, (_, index) => `line ${index}`);
  for (const line of lines) sink.writeLine(line);
  await waitFor(() => receiver.batches.length > 0);
  await sink.close();
  expect(receiver.batches.flat()).toEqual(lines);
  expect(receiver.batches.length).toBeLessThan(5);
});

test('what a receiver refuses is sent again, and told once', async () => {
  const receiver = new Receiver();
  receiver.refusing = true;
  const sink = receiver.sink();
  sink.writeLine('kept');
  await waitFor(() => receiver.attempts >= 3);
  sink.writeLine('later');
  receiver.refusing = false;
  await waitFor(() => receiver.batches.flat().length === 2);
  await sink.close();
  expect(receiver.batches.flat()).toEqual(['kept', 'later']);
  expect(receiver.errors).toHaveLength(1);
  expect(sink.dropped).toBe(0);
});

test('more than may wait is dropped and counted', async () => {
  const receiver = new Receiver();
  receiver.refusing = true;
  const sink = receiver.sink(100);
  for (let index = 0; index < 50; index++) sink.writeLine('0123456789');
  expect(sink.dropped).toBe(41);
  await sink.close();
  expect(sink.dropped).toBe(50);
});

test('what a receiver will never take is dropped, counted, and does not hold up the rest', async () => {
  const receiver = new Receiver();
  receiver.rejecting = true;
  const sink = receiver.sink();
  sink.writeLine('refused');
  await waitFor(() => sink.dropped === 1);
  receiver.rejecting = false;
  sink.writeLine('taken');
  await sink.close();
  expect(receiver.batches).toEqual([['taken']]);
  expect(receiver.errors).toEqual([new Error('never')]);
});

test('what waits when the sink closes is delivered', async () => {
  const receiver = new Receiver();
  const sink = receiver.sink();
  sink.writeLine('last');
  await sink.close();
  expect(receiver.batches).toEqual([['last']]);
});
