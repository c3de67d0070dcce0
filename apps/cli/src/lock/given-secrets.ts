import type { LockDocument } from '@plugboard/contracts/api';

import { CliError } from '../cli-error.ts';
import type { Terminal } from '../terminal.ts';
import { readSecrets } from '../values/named-values.ts';

export interface GivenSecrets {
  readonly secrets: Record<string, Record<string, string>>;
  readonly sourceTokens: Record<string, string>;
}

/**
 * The secrets of a document that somebody gives: `--secret instance.NAME=@file` and
 * `--source-token source=@file`, else the environment's `PLUGBOARD_SECRET_<INSTANCE>_<NAME>` and
 * `PLUGBOARD_SOURCE_TOKEN_<SOURCE>`. None is ever on the command line.
 */
export async function readGivenSecrets(
  document: Pick<LockDocument, 'instances' | 'sources'>,
  options: { readonly secret?: readonly string[]; readonly sourceToken?: readonly string[] },
  terminal: Terminal,
): Promise<GivenSecrets> {
  const secrets = secretsOfEnvironment(document, terminal);
  for (const item of options.secret ?? []) {
    const [, instance, rest] = /^([a-z][a-z0-9-]*)\.([^=]+=@.+)$/s.exec(item) ?? [];
    if (instance === undefined || rest === undefined) {
      throw new CliError('usage', `--secret takes instance.NAME=@file, not "${item}".`);
    }
    const read = await readSecrets([rest], terminal);
    secrets[instance] = { ...secrets[instance], ...read };
  }
  const sourceTokens: Record<string, string> = {};
  for (const { slug, token } of document.sources ?? []) {
    const value = terminal.env[variableOf('PLUGBOARD_SOURCE_TOKEN', slug)];
    if (token && value !== undefined && value !== '') sourceTokens[slug] = value;
  }
  for (const item of options.sourceToken ?? []) {
    if (!/^[a-z][a-z0-9-]*=@./.test(item)) {
      throw new CliError('usage', `--source-token takes source=@file, not "${item}".`);
    }
    Object.assign(sourceTokens, await readSecrets([item], terminal));
  }
  return { secrets, sourceTokens };
}

function secretsOfEnvironment(
  { instances = [] }: Pick<LockDocument, 'instances'>,
  { env }: Terminal,
): Record<string, Record<string, string>> {
  const meant = new Map<string, string>();
  const secrets: Record<string, Record<string, string>> = {};
  for (const { slug, secrets: names } of instances) {
    for (const name of names) {
      const variable = variableOf('PLUGBOARD_SECRET', slug, name);
      const value = env[variable];
      if (value === undefined || value === '') continue;
      const other = meant.get(variable);
      if (other !== undefined) {
        // One of them would be told the other's secret.
        throw new CliError('usage', `${variable} could mean ${other} or ${slug}.${name}.`, {
          cure: `name files: --secret ${other}=@file --secret ${slug}.${name}=@file`,
        });
      }
      meant.set(variable, `${slug}.${name}`);
      secrets[slug] = { ...secrets[slug], [name]: value };
    }
  }
  return secrets;
}

/** Such as `PLUGBOARD_SECRET_MY_DB_API_KEY` for API_KEY of my-db. */
export function variableOf(...words: readonly string[]): string {
  return words.map((word) => word.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')).join('_');
}
