import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { text } from 'node:stream/consumers';

import { askSecret, canAsk } from '../ask-secret.ts';
import { CliError } from '../cli-error.ts';
import type { Terminal } from '../terminal.ts';
import { parseNamedValues, readSecrets } from '../values/named-values.ts';

export interface FieldOptions {
  readonly fromFile?: string;
  readonly fromEnv?: string;
  readonly field?: readonly string[];
  readonly secret?: readonly string[];
}

/** The field that a kind is all about. */
const mainFields: Readonly<Record<string, string>> = {
  api_key: 'key',
  database: 'dsn',
  service_account: 'json',
  basic: 'password',
};
const questions: Readonly<Record<string, string>> = {
  api_key: 'Key (not shown):',
  database: 'Connection string (not shown):',
  basic: 'Password (not shown):',
};
/** What is no secret, and may stand on the command line. */
const plainFields = new Set(['url', 'username', 'engine', 'host', 'port', 'database']);

/**
 * The fields of a credential: plain ones of `--field`, secret ones of `--secret`, and the main one of
 * a file, a variable, standard input, or whoever sits there. Never of an argument.
 */
export async function readCredentialFields(
  kind: string,
  options: FieldOptions,
  terminal: Terminal,
): Promise<Record<string, string>> {
  const plain = parseNamedValues('--field', options.field ?? []);
  const exposed = Object.keys(plain).find((name) => !plainFields.has(name));
  if (exposed !== undefined) {
    throw new CliError(
      'usage',
      `The field ${exposed} may be secret, and every user of the machine sees command lines.`,
      {
        cure: `give it with --secret ${exposed} (from the environment) or --secret ${exposed}=@file`,
      },
    );
  }
  const fields = { ...plain, ...(await readSecrets(options.secret ?? [], terminal)) };
  const main = mainFields[kind];
  const isGiven = options.fromFile !== undefined || options.fromEnv !== undefined;
  if (main === undefined) {
    if (isGiven) {
      throw new CliError(
        'usage',
        `Of the kind ${kind} each field is given with --secret NAME or --secret NAME=@file.`,
      );
    }
    return fields;
  }
  const isWhole = kind === 'database' && ('password' in fields || 'host' in fields);
  if (main in fields || (isWhole && !isGiven)) return fields;
  return { ...fields, [main]: await readMain(kind, options, terminal) };
}

async function readMain(
  kind: string,
  { fromFile, fromEnv }: FieldOptions,
  terminal: Terminal,
): Promise<string> {
  if (fromFile !== undefined && fromEnv !== undefined) {
    throw new CliError('usage', 'Give one of --from-file and --from-env.');
  }
  if (fromEnv !== undefined) {
    const value = terminal.env[fromEnv];
    if (value !== undefined) return value;
    throw new CliError('usage', `The environment variable ${fromEnv} is not set.`);
  }
  if (fromFile !== undefined) {
    const file = path.resolve(terminal.cwd, fromFile);
    try {
      return (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
    } catch (error) {
      throw new CliError('usage', `${file} cannot be read.`, { cause: error });
    }
  }
  const question = questions[kind];
  if (canAsk(terminal) && question !== undefined)
    return (await askSecret(terminal, question)).trim();
  const given = canAsk(terminal) ? '' : (await text(terminal.stdin)).replace(/\r?\n$/, '');
  if (given !== '') return given;
  throw new CliError('usage', 'Nothing was given to keep.', {
    cure: 'give it on standard input, with --from-file FILE, or with --from-env NAME',
  });
}
