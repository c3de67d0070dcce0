import { describe, expect, it } from 'vitest';

import { BriefMap } from './brief-map.ts';

describe('BriefMap', () => {
  it('gives back what was added, once', () => {
    const map = new BriefMap<string, object>();
    const value = {};
    map.add('a', value);
    expect(map.has('a')).toBe(true);
    expect(map.get('a')).toBe(value);
    expect(map.take('a')).toBe(value);
    expect(map.take('a')).toBeUndefined();
    expect(map.size).toBe(0);
  });

  it('refuses a key that is in use', () => {
    const map = new BriefMap<number, string>();
    map.add(1, 'one');
    expect(() => map.add(1, 'another')).toThrow('in use');
    expect(map.get(1)).toBe('one');
  });

  it('lists values in order and forgets them all at once', () => {
    const map = new BriefMap<number, string>();
    map.add(2, 'b');
    map.add(1, 'a');
    map.add(3, 'c');
    map.take(1);
    expect(map.values()).toEqual(['b', 'c']);
    expect(map.takeAll()).toEqual(['b', 'c']);
    expect(map.values()).toEqual([]);
  });
});
