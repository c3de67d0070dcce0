import type { PlanInstanceInput } from '@plugboard/contracts/api';
import type { Command } from 'commander';

import { isBundleFile, uploadBundle } from '../api/upload-bundle.ts';
import type { Session } from '../session.ts';
import { parseValues } from '../values/configuration-values.ts';
import { parseDuration } from '../values/moment.ts';
import { parseMount } from '../values/mount.ts';
import { parseNamedValues, readSecrets } from '../values/named-values.ts';
import { parseNetwork } from '../values/network.ts';
import { parseNumber, parseWhole } from '../values/numbers.ts';
import { planAndAdd } from './server-add-run.ts';

interface AddOptions {
  readonly name?: string;
  readonly toolbox?: string;
  readonly env?: string[];
  readonly secret?: string[];
  readonly credential?: string[];
  readonly header?: string[];
  readonly network?: string;
  readonly mount?: string[];
  readonly memory?: number;
  readonly cpus?: number;
  readonly pids?: number;
  readonly idle?: number;
  readonly startTimeout?: number;
  readonly command?: string;
  readonly transport?: 'streamable-http' | 'sse';
  readonly approveScripts?: boolean;
  readonly allowPrivateNetwork?: boolean;
  readonly sha256?: string;
  readonly set?: string[];
  readonly preset?: string;
  readonly template?: string;
  readonly plan?: boolean;
  readonly yes?: boolean;
}

const examples = `
Examples:
  plugboard server add memory
  plugboard server add io.github.acme/tickets --plan
  plugboard server add postgres --set DATABASE_HOST=db.internal --secret DATABASE_PASSWORD --yes
  plugboard server add @modelcontextprotocol/server-filesystem@2026.7.4 --mount /srv/docs -- /srv/docs
  GITHUB_TOKEN=… plugboard server add @acme/github --secret GITHUB_TOKEN --network api.github.com
  plugboard server add https://mcp.example.com/mcp --secret Authorization=@header.txt
  plugboard server add github --credential GITHUB_PERSONAL_ACCESS_TOKEN=our-github
  plugboard server add ./notes.mcpb --sha256 3b1f…`;

export function addServerAddCommand(server: Command, session: Session): void {
  server
    .command('add <server> [arguments...]')
    .description('install a server, start it once and list its tools; then it can be granted')
    .option(
      '--name <slug>',
      "what it is called in URLs and tool names (default: from the server's)",
    )
    .option('--toolbox <toolbox>', 'where it goes (default: starter)')
    .option('--env <name=value...>', 'environment variable, not for secrets')
    .option(
      '--secret <name...>',
      'secret from the environment, or NAME=@file; a header of a remote',
    )
    .option(
      '--credential <slot=name...>',
      'credential of the organization that fills a variable, header or configuration key',
    )
    .option('--header <name=value...>', 'header sent to a remote server, not for secrets')
    .option('--network <policy>', 'off, open, or hosts it may reach, separated by commas')
    .option('--mount <path...>', 'folder it may read; /path:rw to write as well')
    .option('--memory <mb>', 'memory limit in MB', parseWhole)
    .option('--cpus <count>', 'limit of processor time, such as 0.5', parseNumber)
    .option('--pids <count>', 'limit of processes and threads', parseWhole)
    .option('--idle <time>', 'sleep after this long unused, such as 10m; 0s never', parseDuration)
    .option('--start-timeout <time>', 'how long a start may take, such as 60s', parseDuration)
    .option('--command <name>', 'which of the package’s commands to run, when it has several')
    .option('--transport <transport>', 'of a remote server: streamable-http or sse')
    .option('--approve-scripts', 'let the package run its install scripts, in the sandbox')
    .option('--allow-private-network', 'let a remote server lie in a private network')
    .option('--sha256 <digest>', 'what the file of a bundle must have')
    .option('--set <key=value...>', 'configuration value, not for secrets; twice for a list')
    .option('--preset <preset>', 'begin with a preset of the catalog')
    .option('--template <template>', 'begin with a template of this organization')
    .option('--plan', 'only show what would be done')
    .option('-y, --yes', 'do it without asking')
    .addHelpText('after', examples)
    .action((name: string, args: string[], options: AddOptions) =>
      addServer(name, args, options, session),
    );
}

async function addServer(
  name: string,
  args: readonly string[],
  options: AddOptions,
  session: Session,
): Promise<void> {
  const server = isBundleFile(name) ? await uploadBundle(name, options.sha256, session) : name;
  const input = await readInput(server, args, options, session);
  await planAndAdd(input, options, session);
}

async function readInput(
  server: string,
  args: readonly string[],
  options: AddOptions,
  { terminal }: Session,
): Promise<PlanInstanceInput> {
  const limits = {
    ...(options.memory !== undefined && { memoryMb: options.memory }),
    ...(options.cpus !== undefined && { cpus: options.cpus }),
    ...(options.pids !== undefined && { pids: options.pids }),
  };
  return {
    server,
    ...(args.length > 0 && { args: [...args] }),
    ...(options.name !== undefined && { slug: options.name }),
    ...(options.toolbox !== undefined && { toolbox: options.toolbox }),
    ...(options.env && { env: parseNamedValues('--env', options.env) }),
    ...(options.secret && { secrets: await readSecrets(options.secret, terminal) }),
    ...(options.credential && {
      credentials: parseNamedValues('--credential', options.credential),
    }),
    ...(options.header && { headers: parseNamedValues('--header', options.header) }),
    ...(options.network !== undefined && { network: parseNetwork(options.network) }),
    ...(options.mount && { mounts: options.mount.map(parseMount) }),
    ...(Object.keys(limits).length > 0 && { limits }),
    ...(options.idle !== undefined && { idleMs: options.idle }),
    ...(options.startTimeout !== undefined && { startTimeoutMs: options.startTimeout }),
    ...(options.command !== undefined && { command: options.command }),
    ...(options.set && { values: parseValues(options.set) }),
    ...(options.preset !== undefined && { preset: options.preset }),
    ...(options.template !== undefined && { template: options.template }),
    ...(options.transport !== undefined && { transport: options.transport }),
    ...(options.approveScripts === true && { approveScripts: true }),
    ...(options.allowPrivateNetwork === true && { allowPrivateNetwork: true }),
  };
}
