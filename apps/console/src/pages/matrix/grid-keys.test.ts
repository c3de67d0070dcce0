import { describe, expect, it } from 'vitest';

import { readKey } from './grid-keys.ts';

const plain = { shiftKey: false, ctrlKey: false, metaKey: false, altKey: false };
const size = { rows: 10, columns: 20, page: 8 };
const at = { row: 3, column: 4 };
const press = (key: string, more: Partial<typeof plain> = {}) =>
  readKey({ key, ...plain, ...more }, at, size);

describe('keys of the grid', () => {
  it.each([
    ['ArrowUp', {}, 2, 4],
    ['ArrowRight', {}, 3, 5],
    ['PageDown', {}, 9, 4],
    ['PageUp', {}, 0, 4],
    ['Home', {}, 3, 0],
    ['End', { ctrlKey: true }, 9, 19],
    ['ArrowDown', { metaKey: true }, 9, 4],
  ])('%s %j goes to row %i, column %i', (key, more, row, column) => {
    expect(press(key, more)).toEqual({ do: 'go', to: { row, column }, extend: false });
  });

  it('draws with shift', () => {
    expect(press('ArrowDown', { shiftKey: true })).toMatchObject({ do: 'go', extend: true });
  });

  it.each([
    ['0', 'none'],
    ['1', 'read'],
    ['w', 'write'],
    ['e', 'execute'],
    ['4', 'admin'],
    ['f', 'forbidden'],
  ])('%s sets %s', (key, setting) => {
    expect(press(key)).toEqual({ do: 'set', setting });
  });

  it.each([
    ['r', { ctrlKey: true }],
    ['a', { altKey: true }],
    ['constructor', {}],
    ['Tab', {}],
    ['q', {}],
  ])('%s %j is the browser’s', (key, more) => {
    expect(press(key, more)).toBeUndefined();
  });
});
