import { readFile } from 'node:fs/promises';

import { shellQuote } from '@plugboard/contracts';
import type { Command } from 'commander';

import { connectHints } from '../clients/connect-hints.ts';
import { drawProgress } from '../output/progress.ts';
import { hasOwnerLink, makeOwnerLink, ownerLinkMinutes } from '../owner-link.ts';
import type { Session } from '../session.ts';
import type { RunningServer, StartServer } from '../start-server-port.ts';
import { untilStopped } from '../until-stopped.ts';

interface UpOptions {
  readonly port?: string;
  readonly host?: string;
  readonly baseUrl?: string;
  readonly catalogDir?: string;
  readonly catalogSync?: string;
  readonly consoleDir?: string;
  readonly allowedHost?: readonly string[];
  readonly trustedProxy?: readonly string[];
  readonly mailFrom?: string;
  readonly allowUnsandboxed?: boolean;
  readonly allowPrivateClients?: boolean;
  readonly logLevel?: string;
}

export function addUpCommand(program: Command, session: Session, startServer: StartServer): void {
  program
    .command('up')
    .description('start the server and say how to connect; Ctrl-C stops it')
    .option('--port <port>', 'port to listen on, 0 for a free one (default: 4477)')
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('--base-url <url>', 'how others reach it, such as https://plugboard.example.com')
    .option('--allowed-host <name...>', 'further host names to answer to')
    .option('--trusted-proxy <address...>', 'proxies whose X-Forwarded-For is believed')
    .option('--mail-from <address>', 'whom mail is from; the mail server is PLUGBOARD_SMTP_URL')
    .option('--catalog-dir <path>', 'folder inside which sources of the catalog may lie')
    .option(
      '--catalog-sync <when>',
      'scheduled, or manual for only when asked (default: scheduled)',
    )
    .option('--console-dir <path>', 'folder of a console that was built elsewhere')
    .option('--allow-unsandboxed', 'run servers even where this machine cannot isolate them')
    .option(
      '--allow-private-clients',
      'read the metadata of OAuth clients from private networks too',
    )
    .option('--log-level <level>', 'silent, error, warn, info, debug or trace (default: warn)')
    .addHelpText(
      'after',
      `
Environment:
  DATABASE_URL          your own PostgreSQL, 15 or newer (default: an embedded one)
  PLUGBOARD_MASTER_KEY  key of all secrets (default: a file in the data directory)
  PLUGBOARD_MASTER_KEY_PREVIOUS
                        the key before it, for as long as it takes to change it
  PLUGBOARD_KEY_PROVIDER
                        where that key is instead: aws-kms:<key ARN>, gcp-kms:<resource name>
                        or vault-transit:<url>/<key>; see docs/vault.md`,
    )
    .action(async (options: UpOptions) => {
      using stop = untilStopped();
      const progress = drawProgress(session);
      try {
        await using server = await startServer(serverFlags(options, session), {
          onEvent: (event) => progress.tell(event),
          signal: stop.signal,
        });
        progress.end();
        const token = await readToken(server.demoTokenFile);
        const claimUrl = await claim(server);
        const shown = {
          type: 'ready',
          ...facts(server),
          ...(claimUrl !== undefined && { claimUrl }),
        };
        await session.showLine(shown, () => presentReady(server, { token, claimUrl }, session));
        await stop.requested;
        session.note('\nStopping …\n');
      } finally {
        progress.end();
      }
      session.note('Stopped.\n');
    });
}

function serverFlags(options: UpOptions, { address }: Session): readonly string[] {
  const flags = {
    port: options.port,
    host: options.host,
    'data-dir': address.dataDir,
    'base-url': options.baseUrl,
    'catalog-dir': options.catalogDir,
    'catalog-sync': options.catalogSync,
    'console-dir': options.consoleDir,
    'allowed-host': options.allowedHost?.join(','),
    'trusted-proxy': options.trustedProxy?.join(','),
    'mail-from': options.mailFrom,
    'log-level': options.logLevel,
  };
  return [
    ...Object.entries(flags).flatMap(([name, value]) =>
      value === undefined ? [] : [`--${name}=${value}`],
    ),
    ...(options.allowUnsandboxed === true ? ['--allow-unsandboxed'] : []),
    ...(options.allowPrivateClients === true ? ['--allow-private-clients'] : []),
  ];
}

function facts(server: RunningServer): Omit<RunningServer, typeof Symbol.asyncDispose> {
  const { url, mcpUrl, dataDir, startMs, firstRun, claimed, ownerKeyFile, demoTokenFile } = server;
  return { url, mcpUrl, dataDir, startMs, firstRun, claimed, ownerKeyFile, demoTokenFile };
}

/**
 * Until an owner has an account, each start makes the link for it: whoever may write to the data
 * directory may make one anyway. One that a person made stays.
 */
async function claim({ url, dataDir, claimed }: RunningServer): Promise<string | undefined> {
  if (claimed || (await hasOwnerLink(dataDir))) return undefined;
  const { path } = await makeOwnerLink({ dataDir, byStart: true });
  return url + path;
}

async function readToken(file: string | undefined): Promise<string | undefined> {
  return file === undefined ? undefined : (await readFile(file, 'utf8')).trim();
}

function presentReady(
  { url, mcpUrl, dataDir, startMs, claimed }: RunningServer,
  {
    token,
    claimUrl,
  }: { readonly token: string | undefined; readonly claimUrl: string | undefined },
  { style, address }: Session,
): string {
  const row = (name: string, value: string): string =>
    `  ${style.quiet(name.padEnd(14))}${value}\n`;
  const command = './plugboard';
  const where = address.dataDir === undefined ? '' : ` --data-dir ${shellQuote(dataDir)}`;
  const hints = connectHints({ url: mcpUrl, token: token ?? '<token>' });
  return [
    `\n${style.good('●')} ${style.strong('Plugboard is ready')} ${style.quiet(`after ${(startMs / 1000).toFixed(1)} s`)}\n\n`,
    row('Open', style.name(claimUrl ?? url)),
    ...(claimed
      ? []
      : [row('', style.quiet(howToClaim(claimUrl, `${command} owner link${where}`)))]),
    row('MCP endpoint', style.name(mcpUrl)),
    token === undefined
      ? row('Agent token', `make one: ${command} agent token create demo${where}`)
      : row('Demo agent', style.name(token)),
    row('Data', dataDir),
    `\n${style.strong('Connect')}\n`,
    row('Claude Code', hints.claudeCode),
    row('VS Code', hints.vsCode),
    row('Cursor', `${command} connect cursor --write${where}`),
    row('With OAuth', 'the URL of the endpoint is enough: it opens a page on which you sign in'),
    row('Others', `${command} connect`),
    `\n${style.strong('Try')}\n`,
    `  ${command} call everything__echo message=hello --agent demo${where}\n`,
    `\n${style.quiet('Ctrl-C stops it.')}\n`,
  ].join('');
}

function howToClaim(claimUrl: string | undefined, command: string): string {
  return claimUrl === undefined
    ? 'sign in with the link that was made for it'
    : `makes it yours, within ${ownerLinkMinutes} minutes and once; later: ${command}`;
}
