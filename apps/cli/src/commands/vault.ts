import { setTimeout as delay } from 'node:timers/promises';

import type { ApiClient, KeyRotation, VaultStatus } from '@plugboard/contracts/api';
import type { Command } from 'commander';

import { CliError } from '../cli-error.ts';
import { confirmPlan } from '../confirm.ts';
import { plainText } from '../output/plain-text.ts';
import { drawProgress } from '../output/progress.ts';
import { table } from '../output/table.ts';
import type { Session } from '../session.ts';

interface RotateOptions {
  readonly master?: boolean;
  readonly provider?: string;
  readonly yes?: boolean;
  readonly wait?: boolean;
}

const pollMs = 500;

const rotateExamples = `
Examples:
  plugboard vault rotate
  plugboard vault rotate --master
  plugboard vault rotate --master --provider aws-kms:arn:aws:kms:eu-central-1:111122223333:key/1234abcd-…
  plugboard vault rotate --master --provider vault-transit:https://vault.example.com:8200/plugboard

A key from PLUGBOARD_MASTER_KEY is replaced by setting a new one, and the present one as
PLUGBOARD_MASTER_KEY_PREVIOUS, and restarting.`;

export function addVaultCommands(program: Command, session: Session): void {
  const vault = program.command('vault').description('the keys that seal all secrets');

  vault
    .command('status')
    .description('show which keys there are and how rotations went')
    .action(async () => {
      const api = await session.api();
      const status = await api.keys.status();
      await session.show(status, () => presentStatus(status, session));
    });

  vault
    .command('rotate')
    .description('give the organization, its members and agents new keys; nothing stops meanwhile')
    .option('--master', 'replace the master key of the whole installation instead')
    .option('--provider <where>', 'with --master: where it is to be from now on')
    .option('--no-wait', 'do not wait for its end')
    .option('-y, --yes', 'do it without asking')
    .addHelpText('after', rotateExamples)
    .action((options: RotateOptions) => rotate(options, session));
}

async function rotate(
  { master = false, provider, yes = false, wait = true }: RotateOptions,
  session: Session,
): Promise<void> {
  if (provider !== undefined && !master) {
    throw new CliError('usage', '--provider says where the master key is: add --master.');
  }
  const { style } = session;
  const api = await session.api();
  const status = await api.keys.status();
  const plan = master ? masterPlan(status, provider) : ownerPlan(status);
  session.note(plan);
  await confirmPlan(session, 'Rotate?', yes);
  const begun = master
    ? await api.keys.rotateMaster(provider === undefined ? {} : { provider })
    : await api.keys.rotate();
  if (!wait) {
    await session.showLine({ type: 'begun', rotation: begun }, () =>
      style.quiet('It goes on by itself. See: plugboard vault status\n'),
    );
    return;
  }
  const ended = await untilEnded(api, begun, session);
  await session.showLine({ type: 'ended', rotation: ended }, () => presentEnd(ended, provider));
  if (ended.state !== 'succeeded') {
    throw new CliError('failed', ended.note ?? 'The rotation failed.');
  }
}

async function untilEnded(
  api: ApiClient,
  begun: KeyRotation,
  session: Session,
): Promise<KeyRotation> {
  const progress = drawProgress(session);
  try {
    for (let rotation = begun; ;) {
      if (rotation.state !== 'running') return rotation;
      const message = `Sealing anew: ${rotation.done} of ${rotation.total}`;
      progress.tell({ type: 'progress', message });
      await delay(pollMs);
      rotation = await api.keys.rotation({ rotation: begun.id });
    }
  } finally {
    progress.end();
  }
}

function ownerPlan({ ownerKeys }: VaultStatus): string {
  const { organization, members, agents } = ownerKeys;
  const keys = organization + members + agents;
  return `${keys} keys get replaced: ${organization} of the organization, ${members} of members, ${agents} of agents.\nWhat they sealed is sealed anew; the former keys are destroyed an hour later.\n`;
}

function masterPlan({ masterKey }: VaultStatus, provider: string | undefined): string {
  const was = placeOf(masterKey);
  const to = provider === undefined || provider === was ? 'stays there' : `moves to ${provider}`;
  return `The master key ${masterKey.id} from ${was} gets replaced; it ${to}.\nKeep it as long as backups of the database from before: they open with no other.\n`;
}

function presentEnd({ kind, done, note }: KeyRotation, provider: string | undefined): string {
  const lines = [
    kind === 'owner' ? `Done: ${done} values are under new keys.` : `Done: ${done} keys follow.`,
  ];
  if (note !== undefined) lines.push(plainText(note));
  if (provider !== undefined) {
    lines.push(`Before the next start, set PLUGBOARD_KEY_PROVIDER=${provider} on every node.`);
  }
  return `${lines.join('\n')}\n`;
}

function presentStatus(status: VaultStatus, { style }: Session): string {
  const { masterKey, former, ownerKeys, configuredProvider, rotations } = status;
  const place = placeOf(masterKey);
  const lines = [
    `Master key  ${style.name(masterKey.id)} from ${place}, since ${masterKey.since}`,
    `Owner keys  ${ownerKeys.organization} of the organization, ${ownerKeys.members} of members, ${ownerKeys.agents} of agents; ${ownerKeys.former} former`,
  ];
  if (configuredProvider !== place && configuredProvider !== masterKey.provider) {
    lines.push(`This node is set to ${configuredProvider}: set PLUGBOARD_KEY_PROVIDER=${place}.`);
  }
  const unfinished = former.filter(({ inUse }) => inUse);
  for (const { id } of unfinished) lines.push(`Something is still sealed under ${id}.`);
  const shown = rotations.map(({ kind, state, done, total, startedAt, note }) => [
    startedAt,
    kind === 'owner' ? 'owner keys' : 'master key',
    state,
    `${done} of ${total}`,
    plainText(note ?? ''),
  ]);
  const list =
    shown.length === 0
      ? 'Nothing was rotated yet. Do it with: plugboard vault rotate\n'
      : table(style, ['begun', 'what', 'state', 'values', 'note'], shown);
  return `${lines.join('\n')}\n\n${list}`;
}

function placeOf({ provider, providerKey }: VaultStatus['masterKey']): string {
  return providerKey === undefined ? provider : `${provider}:${providerKey}`;
}
