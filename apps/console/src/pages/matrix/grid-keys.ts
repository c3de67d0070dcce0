import type { KeyboardEvent } from 'react';

import type { Setting } from '../../access/grant-changes.ts';
import type { Position } from './matrix-model.ts';

/** What a key means in the grid. */
export type GridAction =
  | { readonly do: 'go'; readonly to: Position; readonly extend: boolean }
  | { readonly do: 'set'; readonly setting: Setting }
  | { readonly do: 'open' }
  | { readonly do: 'menu' }
  | { readonly do: 'all' }
  | { readonly do: 'clear' };

const settings: Readonly<Record<string, Setting>> = {
  '0': 'none',
  '1': 'read',
  '2': 'write',
  '3': 'execute',
  '4': 'admin',
  n: 'none',
  r: 'read',
  w: 'write',
  e: 'execute',
  a: 'admin',
  f: 'forbidden',
  Delete: 'none',
  Backspace: 'none',
};

/** Reads a key: arrows go, digits and letters set, Enter looks at the tools. */
export function readKey(
  event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>,
  at: Position,
  size: { readonly rows: number; readonly columns: number; readonly page: number },
): GridAction | undefined {
  const { key, shiftKey, altKey } = event;
  const command = event.ctrlKey || event.metaKey;
  if (altKey) return undefined;
  if (command && key.toLowerCase() === 'a') return { do: 'all' };
  const to = target(key, command, at, size);
  if (to) {
    const row = Math.min(Math.max(to.row, 0), size.rows - 1);
    const column = Math.min(Math.max(to.column, 0), size.columns - 1);
    return { do: 'go', to: { row, column }, extend: shiftKey };
  }
  if (command) return undefined;
  if (key === 'Enter') return { do: 'open' };
  if (key === ' ') return { do: 'menu' };
  if (key === 'Escape') return { do: 'clear' };
  const setting = Object.hasOwn(settings, key) ? settings[key] : undefined;
  return setting && { do: 'set', setting };
}

function target(
  key: string,
  command: boolean,
  { row, column }: Position,
  size: { readonly rows: number; readonly columns: number; readonly page: number },
): Position | undefined {
  switch (key) {
    case 'ArrowUp':
      return { row: command ? 0 : row - 1, column };
    case 'ArrowDown':
      return { row: command ? size.rows - 1 : row + 1, column };
    case 'ArrowLeft':
      return { row, column: command ? 0 : column - 1 };
    case 'ArrowRight':
      return { row, column: command ? size.columns - 1 : column + 1 };
    case 'PageUp':
      return { row: row - size.page, column };
    case 'PageDown':
      return { row: row + size.page, column };
    case 'Home':
      return { row: command ? 0 : row, column: 0 };
    case 'End':
      return { row: command ? size.rows - 1 : row, column: size.columns - 1 };
    default:
      return undefined;
  }
}
