import { describe, expect, it } from 'vitest';

import { buildTerminal } from '../testing/build-terminal.ts';
import { applyToSettings } from './apply-to-settings.ts';
import { editSettings, patchBetween, readSettings } from './edit-settings.ts';
import { patchFromOptions, patchFromUnset } from './settings-options.ts';

describe('editing settings', () => {
  const settings = { values: { a: 'old', b: 1 }, env: { X: 'x' }, idleMs: 0 };

  it('opens them in the editor and reads them again', async () => {
    const { terminal } = buildTerminal({ env: { EDITOR: 'sed -i s/old/new/' } });
    expect(await editSettings(terminal, 'two\nlines', settings)).toEqual({
      ...settings,
      values: { a: 'new', b: 1 },
    });
  });

  it('refuses an editor that fails, and none', async () => {
    const failing = buildTerminal({ env: { EDITOR: 'false' } });
    await expect(editSettings(failing.terminal, '', {})).rejects.toThrow('ended with 1');
    const shell = buildTerminal({ env: { EDITOR: 'sed;id' } });
    await expect(editSettings(shell.terminal, '', {})).rejects.toThrow('cannot be started');
    await expect(editSettings(buildTerminal().terminal, '', {})).rejects.toThrow('no editor');
  });

  it('names what is wrong, field by field', () => {
    expect(() => readSettings('nope: 1')).toThrow('nope');
    expect(() => readSettings('idleMs: -1')).toThrow('idleMs: at least 0');
    expect(() => readSettings('a: [')).toThrow('not YAML');
    expect(readSettings('# only words\n')).toEqual({});
  });

  it('makes a change of what is new, other and gone', () => {
    const after = { values: { a: 'old', c: 'c' }, network: { mode: 'off' as const } };
    expect(patchBetween(settings, after)).toEqual({
      values: { a: 'old', b: null, c: 'c' },
      env: { X: null },
      network: { mode: 'off' },
      idleMs: null,
    });
    expect(patchBetween(settings, structuredClone(settings))).toBeUndefined();
    expect(() => patchBetween({}, { command: 'x' })).toThrow('belongs to the package');
  });
});

describe('settings on the command line', () => {
  it('make lists of a key that comes again', () => {
    const set = ['a=1', 'b=x=y', 'a=2', 'a=3'];
    expect(patchFromOptions({ set }).values).toEqual({ a: ['1', '2', '3'], b: 'x=y' });
  });

  it('are taken away by their paths, and by their bare keys', () => {
    const paths = ['KEY', 'values.PARENT.name', 'env.X', 'limits.cpus', 'network'];
    expect(patchFromUnset(paths)).toEqual({
      values: { KEY: null, 'PARENT.name': null },
      env: { X: null },
      limits: { cpus: null },
      network: null,
    });
    expect(() => patchFromUnset(['limits.disk'])).toThrow('limits.memoryMb');
  });

  it('change a layer and leave the rest of it', () => {
    const before = { values: { a: 'a', b: 'b' }, idleMs: 5 };
    expect(applyToSettings(before, { values: { a: null, c: 'c' }, idleMs: null })).toEqual({
      values: { b: 'b', c: 'c' },
    });
    expect(applyToSettings({ env: { X: 'x' } }, { env: { X: null } })).toEqual({});
  });
});
