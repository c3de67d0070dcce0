import { describe, expect, it } from 'vitest';

import { plainMarkdown } from './plain-markdown.ts';

describe('plainMarkdown', () => {
  it('leaves ordinary Markdown as it is', () => {
    const text = '# A\n\n[b](https://b.example) and [c](./d.md)\n\n```json\n{ "a": 1 }\n```\n\n- e';
    expect(plainMarkdown(text)).toBe(text);
  });

  it.each([
    ['<script>alert(1)</script>after', 'after'],
    ['a <b>c</b>', 'a c'],
    ['<!-- hidden --> seen', ' seen'],
    ['[x](javascript:alert(1))', 'x'],
    ['[x](JaVaScRiPt:alert(1))', 'x'],
    ['[x](data:text/html,y)', 'x'],
    ['[x](javascript&#58;y)', 'x'],
    ['![p](http://p.example/i.png)', 'p'],
    ['![p](https://p.example/i.png)', '![p](https://p.example/i.png)'],
    ['[r]: javascript:alert(1)', ''],
    ['<https://a.example>', 'https://a.example'],
  ])('makes of %j %j', (given, made) => {
    expect(plainMarkdown(given).trim()).toBe(made.trim());
  });

  it.each([
    '<img src=x onerror=alert(1)>',
    '<scr<script>ipt>alert(1)</scr</script>ipt>',
    '<a href="javascript:x">y</a>',
    '- ```\n  code\n  ```\n<iframe src=x></iframe>',
    '> ```\n<svg onload=x>',
    '`` ` <script>x</script>',
    '<script',
    '~~~\n<script>x</script>',
    '\u00000\u0000<b>`<script>`',
  ])('leaves no tag of %j, wherever code is thought to be', (given) => {
    expect(plainMarkdown(given)).not.toMatch(/<[a-z/!?]/i);
  });

  it('takes no long time over what is made to take long', () => {
    for (const piece of [
      '<',
      '<a',
      '[',
      '<script>a',
      'a`',
      '[a](',
      '![[a](b',
      '<<a>',
      '````',
      '> ',
    ]) {
      expect(plainMarkdown(piece.repeat(100_000)).length).toBeLessThan(2_000_000);
    }
  });
});
