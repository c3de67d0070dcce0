import type {
  AddInstanceInput,
  ApiClient,
  InstallConflict,
  InstallPlan,
  PlanInstanceInput,
} from '@plugboard/contracts/api';

import { askSecret, canAsk } from '../ask-secret.ts';
import { CliError } from '../cli-error.ts';
import { confirmPlan } from '../confirm.ts';
import { plainText } from '../output/plain-text.ts';
import { drawProgress } from '../output/progress.ts';
import type { Session } from '../session.ts';
import { untilStopped } from '../until-stopped.ts';
import { goOn } from './connection.ts';
import { presentConflicts, presentInstallPlan } from './server-add-plan.ts';

interface Manner {
  /** Only show what would be done. */
  readonly plan?: boolean;
  /** Do it without asking. */
  readonly yes?: boolean;
}

/**
 * Shows what adding would do, asks a person for what is missing and whether to go on, and adds just
 * what was shown. Without a terminal nobody is asked; see decision 016.
 */
export async function planAndAdd(
  input: PlanInstanceInput,
  { plan: planOnly = false, yes = false }: Manner,
  session: Session,
): Promise<void> {
  const { terminal, style, json } = session;
  const columns = terminal.columns?.();
  const api = await session.api();
  const first = await api.instances.plan(input);
  const watched = canAsk(terminal) && !json;
  const asks = watched && !planOnly ? missingSecrets(first) : [];
  const isShown = planOnly || (watched && !yes);
  if (isShown) {
    const shown = { ...first, conflicts: first.conflicts.filter(isNoneOf(asks)) };
    await session.show(planOnly ? first : shown, () => presentInstallPlan(shown, style, columns));
  }
  if (planOnly) return;
  const fatal = first.conflicts.filter(isError).filter(isNoneOf(asks));
  if (fatal.length > 0) throw notReady({ conflicts: fatal }, isShown);

  const isConnected = watched && first.conflicts.some(({ code }) => code === 'sign_in_wanted');
  const connected = isConnected ? await connectFirst(api, input, yes, session) : input;
  const complete =
    asks.length === 0
      ? connected
      : { ...connected, secrets: await askSecrets(input, asks, session) };
  const plan = complete === input ? first : await api.instances.plan(complete);
  if (!plan.ready) throw notReady(plan, false);
  if (!isShown) session.note(presentConflicts(plan.conflicts, style, columns));
  if (watched) await confirmPlan(session, `Add ${plan.slug}?`, yes);
  await runAdd(api, { ...complete, planDigest: plan.digest }, session);
}

/** A remote server wants a sign-in: a person does that now, and it is added with the connection. */
async function connectFirst(
  api: ApiClient,
  input: PlanInstanceInput,
  yes: boolean,
  session: Session,
): Promise<PlanInstanceInput> {
  if (!/^https?:/i.test(input.server)) return input;
  await confirmPlan(session, 'It wants a sign-in. Connect an account for all to use?', yes);
  const begun = await api.connections.begin({
    resource: input.server,
    owner: { kind: 'organization' },
    ...(input.allowPrivateNetwork === true && { allowPrivateNetwork: true }),
  });
  const connection = await goOn(session, begun, true);
  if (!connection) return input;
  return { ...input, credentials: { ...input.credentials, Authorization: connection.id } };
}

type Credential = InstallPlan['credentials'][number] & { readonly key: string };

function missingSecrets({ credentials }: InstallPlan): readonly Credential[] {
  return credentials.flatMap((each) =>
    each.key !== undefined && each.required && !each.given ? [{ ...each, key: each.key }] : [],
  );
}

function isError({ severity }: InstallConflict): boolean {
  return severity === 'error';
}

function isNoneOf(asked: readonly Credential[]): (conflict: InstallConflict) => boolean {
  return ({ code, subject }) =>
    code !== 'secret_missing' || !asked.some(({ key }) => key === subject);
}

async function askSecrets(
  { secrets = {} }: PlanInstanceInput,
  missing: readonly Credential[],
  { terminal }: Session,
): Promise<Record<string, string>> {
  const given = { ...secrets };
  for (const { key, title, url } of missing) {
    const where = url === undefined ? '' : ` (${url})`;
    const value = await askSecret(terminal, plainText(`${title}${where}, not shown:`));
    if (value !== '') given[key] = value;
  }
  return given;
}

/** Whoever has just read the plan need not read it twice. */
function notReady({ conflicts }: Pick<InstallPlan, 'conflicts'>, isShown: boolean): CliError {
  const errors = conflicts.filter(isError);
  const [first] = errors;
  const code = first?.code ?? 'conflict';
  if (isShown) return new CliError('failed', 'It cannot be added: see what is marked x.', { code });
  return new CliError(
    'failed',
    errors.map(({ message }) => plainText(message, { lines: true })).join('\n'),
    { code, ...(first && { cure: plainText(first.cure) }) },
  );
}

async function runAdd(api: ApiClient, input: AddInstanceInput, session: Session): Promise<void> {
  const progress = drawProgress(session);
  using stop = untilStopped();
  const { signal } = stop;
  try {
    for await (const event of await api.instances.add(input, { signal })) {
      if (event.type === 'progress') {
        progress.tell(event);
        continue;
      }
      progress.end();
      const { slug, offers } = event.instance;
      await session.showLine(
        event,
        () =>
          `${session.style.name(slug)} is ready with ${offers.tools} tools. No agent may use them yet:\n` +
          session.style.quiet(`  plugboard grant add <agent> --server ${slug} --level read\n`),
      );
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    const message = 'Stopped. Plugboard takes away what was begun.';
    throw new CliError('interrupted', message, { cause: error });
  } finally {
    progress.end();
  }
}
