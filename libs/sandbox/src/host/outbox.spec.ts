import { bindOutbox, closeOutbox, openOutbox, putInOutbox } from '../guest/outbox';
import { OUTBOX } from '../isolate-protocol';
import { Outbox } from './outbox';

/** Both sides in one thread: what the guest lays down and the host reads. */
function outbox(): Outbox {
  const host = new Outbox();
  bindOutbox(host.memory, Atomics.store);
  host.empty();
  openOutbox();
  return host;
}

const read = (host: Outbox, posts = 0): unknown[] =>
  host.read(posts).map(({ op, id, text, more }) => [op, id, text.toString(), more]);

describe('the outbox of an isolate', () => {
  it('gives everything back once, in order, whenever it is read', () => {
    const host = outbox();
    expect(putInOutbox(0, 0, 1, '{"a":1}', '')).toBe(true);
    expect(putInOutbox(0, 17, 4_294_967_295, '[1,"INFO","x"]', '[2,"WARN","y"]')).toBe(true);
    expect(read(host)).toEqual([
      [0, 1, '{"a":1}', ''],
      [17, 4_294_967_295, '[1,"INFO","x"]', '[2,"WARN","y"]'],
    ]);
    expect(read(host)).toEqual([]);
    putInOutbox(0, 2, 3, '', '');
    expect(read(host)).toEqual([[2, 3, '', '']]);
  });

  it.each(['plain', 'ü and ß', '漢字 \u2028', '\u007f\u0080\u07ff\u0800\ud7ff\ue000\uffff'])(
    'carries %j as it is',
    (text) => {
      const host = outbox();
      expect(putInOutbox(0, 0, 1, text, text)).toBe(true);
      expect(read(host)).toEqual([[0, 1, text, text]]);
    },
  );

  it.each([
    ['of surrogates', '\u{1f600}'],
    ['of a lone surrogate', 'a\ud800'],
    ['that is long', 'x'.repeat(OUTBOX.textCharactersMax + 1)],
  ])('does not take a text %s: it has to be sent', (_, text) => {
    const host = outbox();
    expect(putInOutbox(0, 0, 1, text, '')).toBe(false);
    expect(putInOutbox(0, 0, 1, '1', text)).toBe(false);
    expect(read(host)).toEqual([]);
    expect(putInOutbox(0, 0, 2, 'next', '')).toBe(true);
    expect(read(host)).toEqual([[0, 2, 'next', '']]);
  });

  it('takes nothing more when it is full, and everything again in the next entry', () => {
    const host = outbox();
    let taken = 0;
    while (putInOutbox(0, 0, taken, 'x'.repeat(1_000), '')) taken++;
    expect(taken).toBeGreaterThan(25);
    expect(read(host)).toHaveLength(taken);
    expect(putInOutbox(0, 0, 1, 'x'.repeat(1_000), '')).toBe(false);
    host.empty();
    openOutbox();
    expect(read(host)).toEqual([]);
    expect(putInOutbox(0, 0, 1, 'again', '')).toBe(true);
    expect(read(host)).toEqual([[0, 1, 'again', '']]);
  });

  it('takes nothing while a module loads', () => {
    const host = outbox();
    closeOutbox();
    expect(putInOutbox(0, 17, 0, 'line', '')).toBe(false);
    expect(read(host)).toEqual([]);
  });

  it('holds back what was said after a post that has not come yet', () => {
    const host = outbox();
    putInOutbox(4_294_967_295, 0, 1, 'before', '');
    putInOutbox(0, 0, 2, 'after', '');
    expect(read(host, 4_294_967_295)).toEqual([[0, 1, 'before', '']]);
    expect(read(host, 4_294_967_295)).toEqual([]);
    expect(read(host, 0)).toEqual([[0, 2, 'after', '']]);
  });

  it('is never read past its end, whatever stands in it', () => {
    const host = outbox();
    const words = new Uint32Array(host.memory);
    for (const end of [0xffff_ffff, OUTBOX.bytes, 30]) {
      host.empty();
      words.fill(0xffff_ffff, 1);
      words[1] = 0;
      words[0] = end;
      const [record] = host.read(0);
      expect(record?.text.length).toBeLessThanOrEqual(OUTBOX.bytes);
      expect(host.read(0)).toEqual([]);
    }
  });
});
