import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('../../', import.meta.url));
const oxlint = path.join(root, 'node_modules/.bin/oxlint');

describe('lint', () => {
  let folder: string;

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'lint-'));
    cpSync(path.join(root, '.oxlintrc.json'), path.join(folder, '.oxlintrc.json'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function faultsOf(file: string, text: string): string {
    const target = path.join(folder, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, text);
    const { stdout } = spawnSync(oxlint, [file], { cwd: folder, encoding: 'utf8' });
    rmSync(target);
    return stdout;
  }

  it.each([
    ['packages/contracts/src/a.ts', '@plugboard/vault'],
    ['packages/protocol/src/a.ts', '@plugboard/vault'],
    ['packages/vault/src/a.ts', '@plugboard/runtime'],
    ['packages/catalog/src/a.ts', '@plugboard/gateway'],
    ['packages/runtime/src/a.ts', '@plugboard/trust'],
    ['packages/trust/src/a.ts', '@plugboard/gateway'],
    ['packages/gateway/src/a.ts', '@plugboard/server'],
    ['packages/gateway/src/call/a.ts', 'kysely'],
    ['packages/runtime/src/a.ts', 'pg'],
    ['packages/protocol/src/a.ts', 'hono/cors'],
    ['packages/gateway/src/a.ts', '@hono/node-server'],
    ['packages/gateway/src/a.ts', '../../vault/src/open.ts'],
    ['packages/gateway/src/a.ts', '@plugboard/vault/src/open.ts'],
    ['apps/server/src/a.ts', '@plugboard/cli'],
    ['apps/cli/src/a.ts', '@plugboard/server'],
    ['apps/cli/src/a.ts', '@plugboard/protocol'],
    ['apps/console/src/a.ts', '@plugboard/vault'],
    ['apps/cli/src/a.ts', '@plugboard/server/testing'],
  ])('refuses in %s an import of %s', (file, name) => {
    const value = `import { thing } from '${name}';\nthing();\n`;
    const type = `import type { Thing } from '${name}';\nexport type It = Thing;\n`;
    expect(faultsOf(file, value)).toContain('(no-restricted-imports)');
    expect(faultsOf(file, type)).toContain('(no-restricted-imports)');
  });

  it.each([
    ['packages/protocol/src/a.ts', '@plugboard/contracts'],
    ['packages/runtime/src/a.ts', '@plugboard/vault'],
    ['apps/cli/src/a.ts', '@plugboard/contracts/api'],
    ['packages/gateway/src/a.ts', '@plugboard/runtime'],
    ['apps/server/src/a.ts', '@plugboard/gateway'],
    ['apps/server/src/a.ts', 'kysely'],
    ['apps/server/src/a.ts', '../b.ts'],
    ['apps/cli/src/a.ts', '@plugboard/contracts'],
  ])('allows in %s an import of %s', (file, name) => {
    const text = `import { thing } from '${name}';\nthing();\n`;
    expect(faultsOf(file, text)).not.toContain('(no-restricted-imports)');
  });

  it('refuses a cycle of imports', () => {
    const other = path.join(folder, 'packages/vault/src/b.ts');
    mkdirSync(path.dirname(other), { recursive: true });
    writeFileSync(other, `import { a } from './a.ts';\nexport const b = () => a;\n`);
    const a = `import { b } from './b.ts';\nexport const a = () => b;\n`;
    expect(faultsOf('packages/vault/src/a.ts', a)).toContain('no-cycle');
  });
});
