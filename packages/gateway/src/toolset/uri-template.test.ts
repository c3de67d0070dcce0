import { describe, expect, it } from 'vitest';

import { mayExpandTo } from './uri-template.ts';

describe('mayExpandTo', () => {
  it.each([
    ['test://item/{id}', 'test://item/7', true],
    ['test://item/{id}', 'test://other/7', false],
    ['test://item/{id}/data', 'test://item/7/data', true],
    ['test://item/{id}/data', 'test://item/7', false],
    ['file:///{+path}', 'file:///a/b/c', true],
    ['a://{x}-{y}.{z}', 'a://1-2.3', true],
    ['a://{x}-{y}.{z}', 'a://1.2-3', false],
    ['plain://x', 'plain://x', true],
    ['plain://x', 'plain://xy', false],
    ['a{x}a', 'a', false],
  ])('%s → %s: %s', (template, uri, expected) => {
    expect(mayExpandTo(template, uri)).toBe(expected);
  });

  it('stays linear on a hostile template', () => {
    const template = `a://${'{x}a'.repeat(5_000)}b`;
    expect(mayExpandTo(template, `a://${'a'.repeat(20_000)}`)).toBe(false);
  });
});
