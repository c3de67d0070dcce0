import { eventually } from '../harness/eventually.ts';
import { signInOwner } from '../harness/people.ts';
import { type Plugboard, startPlugboard } from '../harness/plugboard.ts';
import { connectAccount } from '../oauth/connect-account.ts';
import { startIdentityProvider } from '../oauth/identity-provider.ts';
import { startProtectedServer } from '../oauth/protected-server.ts';
import { packageOf, startRegistry } from '../registry/registry.ts';

/** A Plugboard in which there is some of everything, with real servers behind it. */
export interface BusyPlugboard extends AsyncDisposable {
  readonly plugboard: Plugboard;
  /** The id of the one connection. */
  readonly connection: string;
}

/** Starts it, with the starter servers of a first run from the registry, and has its agents work. */
export async function startBusyPlugboard(): Promise<BusyPlugboard> {
  await using undo = new AsyncDisposableStack();
  const registry = undo.use(await startRegistry());
  registry.passesOn = true;
  const plugboard = undo.use(await startPlugboard({ registry: registry.url }));
  const { api } = plugboard;
  await eventually('the starter servers were there', async () => {
    const { instances } = await api.instances.list();
    return instances.some(({ slug }) => slug === 'everything');
  });

  await api.toolboxes.create({ slug: 'payments', name: 'Payments', environment: 'prod' });
  await api.credentials.create({
    name: 'GitHub of the team',
    kind: 'api_key',
    provider: 'github',
    owner: { kind: 'organization' },
    fields: { key: `ghp_${'a1B2c3D4e5F6'.repeat(3)}` },
    labels: ['team:platform'],
  });
  await api.credentials.create({
    name: 'orders database',
    kind: 'database',
    owner: { kind: 'organization' },
    fields: { dsn: 'postgres://reader:long-enough-Passphrase-77@db.example.com:5432/orders' },
    labels: ['prod'],
    expiresAt: new Date(Date.now() + 6 * 86_400_000).toISOString(),
  });
  await plugboard.add({ server: packageOf('echo'), slug: 'echo' });
  await plugboard.add({ server: packageOf('ten-tools'), slug: 'ledger', toolbox: 'payments' });
  await plugboard.agent('claude-code', { starter: 'write', ledger: 'read' });
  await plugboard.agent('nightly-reports', { ledger: 'execute' });
  await api.members.invitations.create({ email: 'grace@example.com', role: 'member' });

  const provider = undo.use(await startIdentityProvider());
  const server = undo.use(await startProtectedServer({ provider }));
  const browser = await signInOwner(plugboard);
  const { id } = await connectAccount(plugboard, browser, provider, {
    resource: server.url,
    name: 'Ada at the tracker',
  });

  for (let turn = 0; turn < 6; turn += 1) {
    await callAs(plugboard, 'claude-code', 'everything', 'echo', { message: `turn ${turn}` });
    await callAs(plugboard, 'claude-code', 'everything', 'get-sum', { a: turn, b: 2 });
    await callAs(plugboard, 'nightly-reports', 'echo', 'echo', {});
  }
  const owned = undo.move();
  return { plugboard, connection: id, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** A call whatever becomes of it: refusals belong to a day's work too. */
async function callAs(
  { api }: Plugboard,
  agent: string,
  instance: string,
  name: string,
  args: Record<string, unknown>,
): Promise<void> {
  await api.calls.create({ agent, instance, name, arguments: args }).catch(() => undefined);
}
