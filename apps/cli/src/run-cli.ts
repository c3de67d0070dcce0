import { CommanderError } from 'commander';

import { AnsweredFailure, type ErrorReport, exitCodes, reportError } from './cli-error.ts';
import { createStyle } from './output/style.ts';
import { plainText } from './output/plain-text.ts';
import { createProgram } from './program.ts';
import type { StartServer } from './start-server-port.ts';
import { systemTerminal, type Terminal } from './terminal.ts';
import type { VerifyExport } from './verify-export-port.ts';

export interface CliPorts {
  readonly startServer: StartServer;
  readonly verifyExport: VerifyExport;
  /** This process's own when absent. */
  readonly terminal?: Terminal;
}

/** Runs one command. `args` are without node and script; resolves to the exit code and never rejects. */
export async function runCli(args: readonly string[], ports: CliPorts): Promise<number> {
  const terminal = ports.terminal ?? systemTerminal();
  try {
    const program = createProgram({ ...ports, terminal });
    await program.parseAsync(args, { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    // Asked-for help and version are printed already; wrong usage without --json as well.
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.ok;
    if (error instanceof AnsweredFailure) return error.exitCode;
    const report = reportError(error);
    const json = args.includes('--json');
    if (json || !(error instanceof CommanderError)) terminal.err(present(report, json, terminal));
    return report.exitCode;
  }
}

function present(report: ErrorReport, json: boolean, terminal: Terminal): string {
  if (json) return `${JSON.stringify({ error: report })}\n`;
  const style = createStyle(terminal.colors);
  const cure = report.cure === undefined ? '' : `  ${style.quiet(plainText(report.cure))}\n`;
  const wait =
    report.retryAfterMs === undefined
      ? ''
      : `  ${style.quiet(`try again in ${Math.ceil(report.retryAfterMs / 1000)} s`)}\n`;
  return `${style.bad('error:')} ${plainText(report.message, { lines: true })}\n${cure}${wait}`;
}
