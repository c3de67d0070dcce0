import { expect, it } from 'vitest';

import { createStyle } from './style.ts';
import { wrap } from './wrap.ts';

it('breaks lines between words, and leaves what fits or has no width as it is', () => {
  const line = 'one two three four five six seven';
  expect(wrap(line, 20)).toEqual(['one two three four', 'five six seven']);
  expect(wrap(line, undefined)).toEqual([line]);
  expect(wrap('kept   as it is', 20)).toEqual(['kept   as it is']);
  expect(wrap('', 20)).toEqual(['']);
  const long = 'x'.repeat(50);
  expect(wrap(`a ${long} b`, 20)).toEqual(['a', long, 'b']);
  expect(wrap(line, 1)).toEqual(wrap(line, 20));
});

it('does not count what only colours', () => {
  const { strong } = createStyle(true);
  expect(wrap(strong('x'.repeat(20)), 20)).toHaveLength(1);
});
