import { Command } from 'commander';

import { addAgentCommands } from './commands/agent.ts';
import { addAuditCommands } from './commands/audit.ts';
import { addBackupCommands } from './commands/backup.ts';
import { addCallCommand } from './commands/call.ts';
import { addCanCommand } from './commands/can.ts';
import { addCompletionCommand } from './commands/completion.ts';
import { addCatalogCommands } from './commands/catalog.ts';
import { addConfigCommands } from './commands/config.ts';
import { addConnectCommand } from './commands/connect.ts';
import { addCredentialCommands } from './commands/credential.ts';
import { addConnectionCommands } from './commands/connection.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addExportCommand } from './commands/export.ts';
import { addGrantCommands } from './commands/grant.ts';
import { addImportCommand } from './commands/import.ts';
import { addLockCommands } from './commands/lock.ts';
import { addLogsCommand } from './commands/logs.ts';
import { addKeyCommands } from './commands/key.ts';
import { addInvitationCommands, addMemberCommands } from './commands/member.ts';
import { addOrganizationCommands } from './commands/organization.ts';
import { addOwnerCommands } from './commands/owner.ts';
import { addProviderCommands } from './commands/provider.ts';
import { addScimCommands } from './commands/scim.ts';
import { addServerCommands } from './commands/server.ts';
import { addSourceCommands } from './commands/source.ts';
import { addSsoCommands } from './commands/sso.ts';
import { addStatusCommand } from './commands/status.ts';
import { addTemplateCommands } from './commands/template.ts';
import { addToolboxCommands } from './commands/toolbox.ts';
import { addToolsCommand } from './commands/tools.ts';
import { addUpCommand } from './commands/up.ts';
import { addVaultCommands } from './commands/vault.ts';
import { createSession } from './session.ts';
import type { StartServer } from './start-server-port.ts';
import type { Terminal } from './terminal.ts';
import type { VerifyExport } from './verify-export-port.ts';
import { version } from './version.ts';

export interface ProgramPorts {
  readonly terminal: Terminal;
  readonly startServer: StartServer;
  readonly verifyExport: VerifyExport;
}

const footer = `
Begin with:  plugboard up
Exit codes:  0 done, 1 failed, 2 wrong usage, 3 server not reachable, 4 refused or not found`;

/** Builds the whole command line anew; nothing in it outlives one run. */
export function createProgram({ terminal, startServer, verifyExport }: ProgramPorts): Command {
  const program = new Command('plugboard');
  const session = createSession(program, terminal);
  program
    .description('One place for MCP servers: installed, isolated, granted tool by tool, audited.')
    .version(version, '--version', 'print the version')
    .option('--json', 'answer in JSON, errors too')
    .option(
      '--url <url>',
      'server to talk to; PLUGBOARD_URL (default: the one of the data directory)',
    )
    .option(
      '--key <key>',
      'API key; better in PLUGBOARD_KEY (default: the owner key of the data directory)',
    )
    .option('--data-dir <path>', 'data directory; PLUGBOARD_DATA_DIR (default: ~/.plugboard)')
    .helpOption('-h, --help', 'print help')
    .addHelpCommand(
      new Command('help')
        .argument('[command]')
        .description('print help for a command')
        .helpGroup('Shell'),
    )
    .addHelpText('after', footer)
    .showSuggestionAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void terminal.out(text),
      writeErr: (text) => {
        if (!session.json) terminal.err(text);
      },
      getOutHasColors: () => terminal.colors,
    });

  program.commandsGroup('Run');
  addUpCommand(program, session, startServer);
  addStatusCommand(program, session);
  addDoctorCommand(program, session);
  program.commandsGroup('Servers');
  addServerCommands(program, session);
  addConfigCommands(program, session);
  addTemplateCommands(program, session);
  addCatalogCommands(program, session);
  addSourceCommands(program, session);
  addToolboxCommands(program, session);
  addImportCommand(program, session);
  addExportCommand(program, session);
  addLogsCommand(program, session);
  program.commandsGroup('Agents');
  addAgentCommands(program, session);
  addGrantCommands(program, session);
  addCanCommand(program, session);
  addConnectCommand(program, session);
  program.commandsGroup('People');
  addMemberCommands(program, session);
  addInvitationCommands(program, session);
  addOrganizationCommands(program, session);
  addKeyCommands(program, session);
  addOwnerCommands(program, session);
  addSsoCommands(program, session);
  addScimCommands(program, session);
  program.commandsGroup('Use');
  addToolsCommand(program, session);
  addCallCommand(program, session);
  addAuditCommands(program, session, verifyExport);
  program.commandsGroup('Configuration as code');
  addLockCommands(program, session);
  addBackupCommands(program, session);
  program.commandsGroup('Secrets');
  addVaultCommands(program, session);
  program.commandsGroup('Secrets');
  addCredentialCommands(program, session);
  addConnectionCommands(program, session);
  addProviderCommands(program, session);
  program.commandsGroup('Shell');
  addCompletionCommand(program, session);
  return program;
}
