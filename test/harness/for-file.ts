import { afterAll, beforeAll } from 'vitest';

import { type Registry, startRegistry } from '../registry/registry.ts';
import { type Plugboard, type PlugboardOptions, startPlugboard } from './plugboard.ts';

export interface FileFixture {
  readonly plugboard: Plugboard;
  readonly registry: Registry;
}

/**
 * One Plugboard and one registry for all tests of a file. `starter` lets the first run install its
 * starter servers; `prepare` adds what the tests share.
 */
export function plugboardForFile(
  options: Omit<PlugboardOptions, 'registry'> & { readonly starter?: boolean } = {},
  prepare?: (fixture: FileFixture) => Promise<void>,
): FileFixture {
  let stack = new AsyncDisposableStack();
  let fixture: FileFixture | undefined;

  beforeAll(async () => {
    const registry = stack.use(await startRegistry());
    registry.passesOn = options.starter ?? false;
    const plugboard = stack.use(await startPlugboard({ ...options, registry: registry.url }));
    fixture = { plugboard, registry };
    try {
      await prepare?.(fixture);
    } catch (cause) {
      throw new Error(`${String(cause)}\n${plugboard.output}`, { cause });
    }
  });
  afterAll(async () => {
    const ended = stack;
    stack = new AsyncDisposableStack();
    await ended.disposeAsync();
  });

  const ready = (): FileFixture => {
    if (!fixture) throw new Error('Plugboard was not started');
    return fixture;
  };
  return {
    get plugboard() {
      return ready().plugboard;
    },
    get registry() {
      return ready().registry;
    },
  };
}
