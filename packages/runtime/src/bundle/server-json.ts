import type { ServerJson, ServerPackage } from '@plugboard/catalog';

import type { BundleCommand } from './command.ts';
import type { BundleConfiguration, BundleManifest } from './manifest.ts';

type Argument = NonNullable<ServerPackage['packageArguments']>[number];
type Variable = NonNullable<ServerPackage['environmentVariables']>[number];
type Input = NonNullable<NonNullable<Variable['variables']>[string]>;

/** A bundle in `server.json` form, and what of it could not be said there. */
export interface BundleEntry {
  readonly server: ServerJson;
  readonly problems: readonly string[];
}

/** Where the bundle came from: its URL, or its file's name. */
export interface BundleOrigin {
  readonly identifier: string;
  readonly sha256: string;
}

/**
 * Describes a bundle as an entry of the catalog, with what it asks of a person as arguments and
 * variables of its one package. `{installDir}` and `{workDir}` in it are filled in at each start.
 */
export function bundleServerJson(
  manifest: BundleManifest,
  { args, env }: BundleCommand,
  { identifier, sha256 }: BundleOrigin,
): BundleEntry {
  const { name, version, description, display_name: title, homepage, repository } = manifest;
  const mapping = new Mapping(manifest.user_config ?? {});
  const website = httpUrl(homepage);
  const source = httpUrl(repository?.url);
  const server: ServerJson = {
    name: `local.mcpb/${plainName(name)}`,
    description: shorten(description.trim() === '' ? name : description, 100),
    version: plainVersion(version),
    ...(title !== undefined && title.trim() !== '' && { title: shorten(title, 100) }),
    ...(website !== undefined && { websiteUrl: website }),
    ...(source !== undefined && { repository: { url: source, source: repository?.type ?? 'git' } }),
    packages: [
      {
        registryType: 'mcpb',
        identifier,
        version: plainVersion(version),
        fileSha256: sha256,
        transport: { type: 'stdio' },
        packageArguments: mapping.arguments(args),
        environmentVariables: mapping.variables(env),
      },
    ],
  };
  return { server, problems: mapping.problems };
}

/** The name of a bundle as a folder and an entry may be called. */
export function plainName(name: string): string {
  const plain = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, '-')
    .replaceAll(/^[.-]+|[.-]+$/g, '')
    .slice(0, 80);
  return plain === '' ? 'bundle' : plain;
}

/** A version as a folder may be called, and as `server.json` takes one. */
export function plainVersion(version: string): string {
  const plain = version.replaceAll(/[^A-Za-z0-9.+-]+/g, '-').replaceAll(/^[.-]+|[.-]+$/g, '');
  return /^[\dv][\dA-Za-z.+-]*$/.test(plain) && !/\.x\b/i.test(plain) ? plain : `0-${plain}`;
}

const reference = /\$\{user_config\.([A-Za-z0-9_.-]+)\}/g;

class Mapping {
  readonly #asked: Readonly<Record<string, BundleConfiguration>>;
  readonly #problems = new Set<string>();

  constructor(asked: Readonly<Record<string, BundleConfiguration>>) {
    this.#asked = asked;
  }

  get problems(): readonly string[] {
    return [...this.#problems];
  }

  arguments(texts: readonly string[]): Argument[] {
    const made: Argument[] = [];
    for (const [index, text] of texts.entries()) {
      const key = this.#sole(text);
      if (key === undefined) {
        // A flag is made together with the value that follows it.
        if (!this.#isFlagOf(text, texts[index + 1])) {
          made.push({ type: 'positional', ...this.#composed(text, true) });
        }
        continue;
      }
      const input = this.#input(key, true);
      const isRepeated = this.#asked[key]?.multiple === true;
      const flag = texts[index - 1];
      if (flag !== undefined && this.#isFlagOf(flag, text)) {
        made.push({ type: 'named', name: flag, valueHint: key, ...input, isRepeated });
      } else {
        made.push({ type: 'positional', valueHint: key, ...input, isRepeated });
      }
    }
    return made;
  }

  variables(env: Readonly<Record<string, string>>): Variable[] {
    return Object.entries(env).map(([name, text]) => {
      const key = this.#sole(text);
      return key === undefined
        ? { name, ...this.#composed(text, false) }
        : { name, ...this.#input(key, false) };
    });
  }

  /** The key of a text that is one reference and nothing else. */
  #sole(text: string): string | undefined {
    const [match, more] = text.matchAll(reference);
    return match && !more && match[0] === text && this.#find(match[1]) ? match[1] : undefined;
  }

  /** A yes or no stays a value of its own: as a flag's, it would be the flag that is there or not. */
  #isFlagOf(text: string, next: string | undefined): boolean {
    const key = next === undefined ? undefined : this.#sole(next);
    const asked = key === undefined ? undefined : this.#find(key);
    return asked !== undefined && asked.type !== 'boolean' && /^--?[A-Za-z][\w-]*$/.test(text);
  }

  #find(key: string | undefined): BundleConfiguration | undefined {
    return key !== undefined && Object.hasOwn(this.#asked, key) ? this.#asked[key] : undefined;
  }

  /** Text with references in it: a fixed value with variables. */
  #composed(text: string, isArgument: boolean): Input & { variables?: Record<string, Input> } {
    const variables: Record<string, Input> = {};
    const value = text.replaceAll(reference, (whole, key: string) => {
      if (!this.#find(key)) return whole;
      const name = `user_${key.replaceAll(/[^A-Za-z0-9_]/g, '_')}`;
      variables[name] = this.#input(key, isArgument);
      return `{${name}}`;
    });
    const [unknown] = /\$\{[^}]{1,80}\}/.exec(value) ?? [];
    if (unknown !== undefined)
      this.#problems.add(`${unknown} is not known here and stays as it is.`);
    return Object.keys(variables).length === 0 ? { value } : { value, variables };
  }

  #input(key: string, isArgument: boolean): Input {
    const asked = this.#find(key);
    if (!asked) return {};
    const { type, title, description, required, sensitive, min, max } = asked;
    if (sensitive === true && isArgument) {
      this.#problems.add(
        `It wants the secret ${key} on its command line, where other users of a machine can read it; secrets are given in variables alone.`,
      );
    }
    const fallback = this.#default(key, asked);
    const words = [title, description].filter((text) => text !== undefined && text.trim() !== '');
    return {
      ...(words.length > 0 && { description: words.join(': ') }),
      format: formats[type],
      isRequired: required === true,
      ...(sensitive === true && { isSecret: true }),
      ...(fallback !== undefined && { default: fallback }),
      ...(min !== undefined && { minimum: min }),
      ...(max !== undefined && { maximum: max }),
    };
  }

  #default(key: string, { default: given, sensitive }: BundleConfiguration): string | undefined {
    const [first, ...more] = Array.isArray(given) ? given : [given];
    if (first === undefined || first === '') return undefined;
    if (sensitive === true) {
      this.#problems.add(`The secret ${key} comes with a default, which is not taken.`);
      return undefined;
    }
    if (more.length > 0 || /\$\{/.test(String(first))) {
      this.#problems.add(
        `${key} has a default that means folders of a person's own machine; it is not taken, so name what it may use.`,
      );
      return undefined;
    }
    return String(first);
  }
}

const formats = {
  string: 'string',
  number: 'number',
  boolean: 'boolean',
  directory: 'filepath',
  file: 'filepath',
} as const satisfies Record<BundleConfiguration['type'], Input['format']>;

function shorten(text: string, length: number): string {
  const line = text.replaceAll(/\s+/g, ' ').trim();
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}

function httpUrl(text: string | undefined): string | undefined {
  const url = text === undefined ? null : URL.parse(text.replace(/^git\+/, ''));
  return url && /^https?:$/.test(url.protocol) ? url.href : undefined;
}
