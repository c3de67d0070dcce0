import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';

import type { ApiClient, SsoProviderView } from '@plugboard/contracts/api';
import { type Command, InvalidArgumentError } from 'commander';

import { askSecret, canAsk } from '../ask-secret.ts';
import { CliError } from '../cli-error.ts';
import { confirmPlan } from '../confirm.ts';
import { plainText } from '../output/plain-text.ts';
import type { Style } from '../output/style.ts';
import { table } from '../output/table.ts';
import type { Session } from '../session.ts';

type Role = SsoProviderView['roleRules'][number]['role'];
type AddInput = Parameters<ApiClient['sso']['add']>[0];

interface AddOptions {
  readonly issuer?: string;
  readonly clientId?: string;
  readonly secretStdin?: boolean;
  readonly scope?: readonly string[];
  readonly trustEmail?: boolean;
  readonly allowPrivateNetwork?: boolean;
  readonly metadata?: string;
  readonly entityId?: string;
  readonly ssoUrl?: string;
  readonly certificate?: string;
  readonly title?: string;
  readonly domain?: readonly string[];
  readonly defaultRole: Role | 'none';
  readonly group?: readonly string[];
  readonly groupsClaim?: string;
  readonly allowOwners?: boolean;
}

const examples = `
Examples:
  plugboard sso add okta --issuer https://corp.okta.com --client-id 0oa1 --domain corp.example
  plugboard sso add adfs --metadata idp.xml --domain corp.example --group admins=admin
  plugboard sso domain prove okta corp.example
  plugboard sso test okta
  plugboard sso enable okta
  plugboard sso require on

The client secret is asked for without showing it, or read from standard input; never from arguments.`;

/** Identity providers by which people of an organization sign in. */
export function addSsoCommands(program: Command, session: Session): void {
  const { style } = session;
  const sso = program
    .command('sso')
    .description('single sign-on by OpenID Connect or SAML 2.0')
    .addHelpText('after', examples);

  const show = (found: SsoProviderView) => session.show(found, () => present(style, found));

  sso
    .command('list')
    .description('list identity providers')
    .action(async () => {
      const api = await session.api();
      const found = await api.sso.list();
      await session.show(found, () =>
        found.providers.length === 0
          ? 'There is no single sign-on. Add a provider: plugboard sso add --help\n'
          : `${table(
              style,
              ['provider', 'kind', 'state', 'domains', 'issuer'],
              found.providers.map((each) => [
                style.name(each.provider),
                each.kind,
                each.enabled ? style.good('enabled') : each.testedAt ? 'tested' : 'not tested',
                each.domains.map(({ domain }) => domain).join(', '),
                plainText(each.issuer),
              ]),
            )}${found.required ? '\nPeople come in by these alone.\n' : ''}`,
      );
    });

  sso
    .command('add <provider>')
    .description('add a provider: by --issuer, or by --metadata for SAML; it is not enabled yet')
    .option('--issuer <url>', 'OpenID Connect: the issuer')
    .option('--client-id <id>', 'OpenID Connect: as the provider gave it')
    .option('--secret-stdin', 'read the client secret from standard input')
    .option('--scope <scope>', 'asked for besides, may be repeated', collect)
    .option('--trust-email', 'the provider does not say which addresses it verified; take all')
    .option('--allow-private-network', 'it lies in a private network; owners alone')
    .option('--metadata <file>', 'SAML: its metadata')
    .option('--entity-id <id>', 'SAML without metadata: its entity id')
    .option('--sso-url <url>', 'SAML without metadata: where requests go')
    .option('--certificate <file>', 'SAML without metadata: what it signs with, as PEM')
    .option('--title <title>', 'a name for people')
    .option('--domain <domain>', 'of addresses that it speaks for, may be repeated', collect)
    .option(
      '--default-role <role>',
      'of who comes for the first time, or none',
      parseRole,
      'member',
    )
    .option('--group <group=role>', 'the first that fits counts, may be repeated', collect)
    .option('--groups-claim <name>', 'in which claim or attribute groups are')
    .option('--allow-owners', 'it may sign in owners and make them; owners alone')
    .action(async (provider: string, options: AddOptions) => {
      const input = await readInput(session, provider, options);
      const api = await session.api();
      await show(await api.sso.add(input));
    });

  sso
    .command('show <provider>')
    .description('show a provider, what to enter there, and the records that prove its domains')
    .action(async (provider: string) => {
      const api = await session.api();
      await show(await api.sso.get({ provider }));
    });

  sso
    .command('test <provider>')
    .description('make a link that signs in at the provider and shows what came, and no more')
    .action(async (provider: string) => {
      const api = await session.api();
      const made = await api.sso.test({ provider });
      await session.show(
        made,
        () =>
          `Open this in a browser within ten minutes; nobody is signed in by it:\n${made.url}\n`,
      );
    });

  sso
    .command('enable <provider>')
    .description('let people sign in by a provider that was tested')
    .action(async (provider: string) => {
      const api = await session.api();
      await show(await api.sso.enable({ provider }));
    });

  sso
    .command('disable <provider>')
    .description('let nobody in by a provider; sessions that it opened end')
    .option('-y, --yes', 'do not ask')
    .action(async (provider: string, { yes = false }: { yes?: boolean }) => {
      session.note(`Who signed in by ${plainText(provider)} is signed out.\n`);
      await confirmPlan(session, 'Disable this provider?', yes);
      const api = await session.api();
      await show(await api.sso.disable({ provider }));
    });

  sso
    .command('require <on|off>')
    .description('say whether people come in by a provider alone')
    .option('-y, --yes', 'do not ask')
    .action(async (word: string, { yes = false }: { yes?: boolean }) => {
      if (word !== 'on' && word !== 'off') throw new CliError('usage', 'Say on or off.');
      const required = word === 'on';
      if (required) {
        session.note(
          'Passwords and passkeys no longer open this organization. An owner comes back in by: plugboard owner link\n',
        );
        await confirmPlan(session, 'Require single sign-on?', yes);
      }
      const api = await session.api();
      const done = await api.sso.require({ required });
      await session.show(done, () =>
        required ? 'Single sign-on is required.\n' : 'Single sign-on is not required.\n',
      );
    });

  sso
    .command('remove <provider>')
    .description('remove a provider with its domains; members stay')
    .option('-y, --yes', 'do not ask')
    .action(async (provider: string, { yes = false }: { yes?: boolean }) => {
      session.note(
        `${plainText(provider)} goes with its domains; who signed in by it is signed out.\n`,
      );
      await confirmPlan(session, 'Remove this provider?', yes);
      const api = await session.api();
      const done = await api.sso.remove({ provider });
      await session.show(done, () => `${style.name(provider)} is gone.\n`);
    });

  const domain = sso.command('domain').description('whose addresses a provider speaks for');
  domain
    .command('add <provider> <domain>')
    .description('add a domain, and print the DNS record that proves it')
    .action(async (provider: string, name: string) => {
      const api = await session.api();
      await show(await api.sso.domains.add({ provider, domain: name }));
    });
  domain
    .command('prove <provider> <domain>')
    .description('look for the DNS record that proves a domain')
    .option('--confirm', 'take an owner’s word; in the installation’s first organization alone')
    .action(async (provider: string, name: string, { confirm = false }: { confirm?: boolean }) => {
      const api = await session.api();
      await show(await api.sso.domains.prove({ provider, domain: name, confirm }));
    });
  domain
    .command('remove <provider> <domain>')
    .description('take a domain from a provider')
    .action(async (provider: string, name: string) => {
      const api = await session.api();
      await show(await api.sso.domains.remove({ provider, domain: name }));
    });
}

async function readInput(
  session: Session,
  provider: string,
  options: AddOptions,
): Promise<AddInput> {
  const { title, domain, defaultRole, group, groupsClaim, allowOwners } = options;
  const common = {
    provider,
    ...(title !== undefined && { title }),
    ...(domain && { domains: [...domain] }),
    defaultRole: defaultRole === 'none' ? null : defaultRole,
    roleRules: (group ?? []).map(ruleOf),
    ...(groupsClaim !== undefined && { claims: { groups: groupsClaim } }),
    ...(allowOwners === true && { allowOwners }),
  };
  const { issuer, clientId, scope, trustEmail, allowPrivateNetwork } = options;
  if (issuer !== undefined) {
    if (clientId === undefined) throw new CliError('usage', 'Give --client-id, too.');
    const clientSecret = await readSecret(session, options);
    return {
      ...common,
      kind: 'oidc',
      issuer,
      clientId,
      ...(clientSecret !== undefined && { clientSecret }),
      ...(scope && { scopes: [...scope] }),
      ...(trustEmail === true && { trustEmail }),
      ...(allowPrivateNetwork === true && { allowPrivateNetwork }),
    };
  }
  const { metadata, entityId, ssoUrl, certificate } = options;
  if (metadata === undefined && entityId === undefined) {
    throw new CliError('usage', 'Give --issuer for OpenID Connect, or --metadata for SAML.');
  }
  return {
    ...common,
    kind: 'saml',
    ...(metadata !== undefined && { metadata: await readFile(metadata, 'utf8') }),
    ...(entityId !== undefined && { entityId }),
    ...(ssoUrl !== undefined && { ssoUrl }),
    ...(certificate !== undefined && { certificate: await readFile(certificate, 'utf8') }),
  };
}

async function readSecret(
  { terminal, json }: Session,
  { secretStdin }: AddOptions,
): Promise<string | undefined> {
  if (secretStdin === true) {
    const value = (await text(terminal.stdin)).trim();
    if (value === '') throw new CliError('usage', 'Standard input was empty.');
    return value;
  }
  if (json || !canAsk(terminal)) return undefined;
  const typed = await askSecret(terminal, 'Client secret (Enter for none):');
  return typed === '' ? undefined : typed;
}

function ruleOf(pair: string): { group: string; role: Role } {
  const equals = pair.lastIndexOf('=');
  const role = parseRole(pair.slice(equals + 1));
  if (equals < 1 || role === 'none') throw new CliError('usage', '--group is written group=role.');
  return { group: pair.slice(0, equals), role };
}

function parseRole(value: string): Role | 'none' {
  const known = ['owner', 'admin', 'member', 'auditor', 'none'] as const;
  const role = known.find((each) => each === value);
  if (role) return role;
  throw new InvalidArgumentError('It is owner, admin, member, auditor or none.');
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function present(style: Style, each: SsoProviderView): string {
  const state = each.enabled ? style.good('enabled') : each.testedAt ? 'tested' : 'not tested';
  const facts: readonly (readonly [string, string | undefined])[] = [
    [each.kind === 'oidc' ? 'issuer' : 'entity id', plainText(each.issuer)],
    ['client id', each.clientId === undefined ? undefined : plainText(each.clientId)],
    [each.kind === 'oidc' ? 'redirect URI' : 'ACS', each.callbackUrl],
    ['our metadata', each.metadataUrl],
    ['default role', each.defaultRole ?? 'none'],
    ['owners', each.allowOwners ? 'may sign in by it' : 'do not sign in by it'],
  ];
  const lines = facts
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name.padEnd(13)} ${value}\n`);
  const rules = each.roleRules.map(
    ({ group, role }) => `group         ${plainText(group)} → ${role}\n`,
  );
  const domains = each.domains.map(({ domain, state: proof, record }) =>
    proof === 'proved'
      ? `domain        ${domain} ${style.good('proved')}\n`
      : `domain        ${domain}, waiting for the TXT record\n                ${record.name}  ${record.value}\n`,
  );
  const heading = `${style.name(each.provider)}  ${plainText(each.title)}  ${state}\n`;
  return [heading, ...lines, ...rules, ...domains].join('');
}
