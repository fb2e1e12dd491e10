import { RecentlyUsed } from './recently-used';

const keptOf = (map: RecentlyUsed<number>, keys: string): string =>
  [...keys].filter((key) => map.get(key) !== undefined).join('');

describe('a map of what was used recently', () => {
  it('keeps as many entries as it may, those that were asked for last', () => {
    const map = new RecentlyUsed<number>(2);
    map.set('a', 1);
    map.set('b', 2);
    map.get('a');
    map.set('c', 3);
    expect([keptOf(map, 'abc'), map.size]).toEqual(['ac', 2]);
  });

  it('keeps as much weight as it may, replaced entries counted once', () => {
    const map = new RecentlyUsed<number>(10, 100);
    map.set('a', 1, 60);
    map.set('a', 2, 40);
    map.set('b', 3, 60);
    expect(keptOf(map, 'ab')).toBe('ab');
    map.set('c', 4, 10);
    expect(keptOf(map, 'abc')).toBe('bc');
    map.set('d', 5, 101);
    expect(keptOf(map, 'abcd')).toBe('bc');
  });

  it('forgets what it is told to, and has room again', () => {
    const map = new RecentlyUsed<number>(10, 100);
    map.set('a', 1, 60);
    map.set('b', 2, 40);
    map.deleteWhere((value) => value === 1);
    map.set('c', 3, 60);
    expect(keptOf(map, 'abc')).toBe('bc');
    map.clear();
    expect(map.size).toBe(0);
  });
});
