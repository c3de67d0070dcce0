import type { DoctorCheck } from '@plugboard/contracts/api';
import type { Command } from 'commander';

import { AnsweredFailure } from '../cli-error.ts';
import { plainText } from '../output/plain-text.ts';
import type { Style } from '../output/style.ts';
import type { Session } from '../session.ts';

export function addDoctorCommand(program: Command, session: Session): void {
  program
    .command('doctor')
    .description('check everything the server depends on; exits with 1 when a check fails')
    .action(async () => {
      const api = await session.api();
      const report = await api.status.doctor();
      await session.show(report, () =>
        report.checks.map((check) => present(check, session.style)).join(''),
      );
      if (report.result === 'failed') throw new AnsweredFailure('failed');
    });
}

function present({ name, result, message, cure }: DoctorCheck, style: Style): string {
  const mark = { ok: style.good('✓'), warning: style.warn('!'), failed: style.bad('✗') }[result];
  const line = `${mark} ${plainText(name)}: ${plainText(message)}\n`;
  return cure === undefined ? line : `${line}  ${style.quiet(plainText(cure))}\n`;
}
