import { describe, expect, it } from 'vitest';

import { levelOfOffering, levelOfTool } from './level.ts';

describe('levelOfTool', () => {
  it.each([
    [undefined, 'execute'],
    [null, 'execute'],
    ['read', 'execute'],
    [{}, 'execute'],
    [{ annotations: null }, 'execute'],
    [{ annotations: {} }, 'execute'],
    [{ annotations: { title: 'Read' } }, 'execute'],
    [{ annotations: { readOnlyHint: true } }, 'read'],
    [{ annotations: { readOnlyHint: true, destructiveHint: false } }, 'read'],
    [{ annotations: { readOnlyHint: true, openWorldHint: true } }, 'read'],
    [{ annotations: { readOnlyHint: true, destructiveHint: true } }, 'execute'],
    [{ annotations: { readOnlyHint: 'true' } }, 'execute'],
    [{ annotations: { readOnlyHint: 1 } }, 'execute'],
    [{ readOnlyHint: true }, 'execute'],
    [{ annotations: { readOnlyHint: false } }, 'execute'],
    [{ annotations: { readOnlyHint: false, destructiveHint: false } }, 'write'],
    [{ annotations: { readOnlyHint: false, destructiveHint: true } }, 'execute'],
    [{ annotations: { readOnlyHint: false, destructiveHint: 0 } }, 'execute'],
    [{ annotations: { destructiveHint: false } }, 'execute'],
    [{ annotations: { destructiveHint: true } }, 'execute'],
    [{ annotations: Object.setPrototypeOf({}, { readOnlyHint: true }) }, 'execute'],
  ] as const)('of %j is %s', (definition, level) => {
    const asked = levelOfTool(definition);
    expect(asked.level).toBe(level);
    expect(asked.reason).not.toBe('');
  });

  it('asks for read of everything that is no tool', () => {
    for (const kind of ['prompt', 'resource', 'resource_template'] as const) {
      expect(levelOfOffering(kind, {}).level).toBe('read');
    }
    expect(levelOfOffering('tool', {}).level).toBe('execute');
  });
});
