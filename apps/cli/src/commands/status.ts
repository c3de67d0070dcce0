import type { Status } from '@plugboard/contracts/api';
import type { Command } from 'commander';

import { presentBytes } from '../output/bytes.ts';
import { presentMoment } from '../output/moments.ts';
import type { Style } from '../output/style.ts';
import { plainText } from '../output/plain-text.ts';
import type { Session } from '../session.ts';

export function addStatusCommand(program: Command, session: Session): void {
  program
    .command('status')
    .description('show how the server is')
    .action(async () => {
      const api = await session.api();
      const status = await api.status.get();
      await session.show(status, () => present(status, session.style));
    });
}

function present(status: Status, style: Style): string {
  const { instances, sandbox, database } = status;
  const counts = Object.entries(instances)
    .filter(([name, count]) => name !== 'total' && count > 0)
    .map(([name, count]) =>
      name === 'failing' ? style.bad(`${count} ${name}`) : `${count} ${name}`,
    );
  const lines = [
    ['state', status.ready ? style.good('ready') : style.bad('not ready')],
    ['version', status.version],
    ['started', presentMoment(status.startedAt)],
    ['endpoint', style.name(status.urls.mcp)],
    ['organization', plainText(status.organization.name)],
    ['database', `PostgreSQL ${plainText(database.version)}, ${database.mode}`],
    ['sandbox', [sandbox.tier, ...sandbox.reasons].map((text) => plainText(text)).join('; ')],
    ['servers', [`${instances.total}`, ...counts].join(', ')],
    ...connectionLine(status, style),
    ['memory', presentBytes(status.process.memoryBytes)],
    ...status.parts
      .filter((part) => !part.ready)
      .map((part) => [part.name, style.bad(plainText(part.detail ?? 'not ready'))]),
  ];
  return lines.map(([name, value]) => `${style.quiet(name?.padEnd(13) ?? '')} ${value}\n`).join('');
}

/** Nothing where nothing is connected. */
function connectionLine(
  { connections: { total, needsSignIn, blockedCalls } }: Status,
  style: Style,
): readonly (readonly [string, string])[] {
  if (total === 0) return [];
  if (needsSignIn === 0) return [['connections', `${total}`]];
  const blocked = blockedCalls === 0 ? '' : `, ${blockedCalls} calls blocked`;
  const needs = style.bad(`${needsSignIn} need sign-in${blocked}`);
  return [['connections', `${total}, ${needs}: plugboard connection list --needs-sign-in`]];
}
