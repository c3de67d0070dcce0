import { readFileSync } from 'node:fs';

import { realData } from '../harness/real-data.ts';

/** One item of a registry's list. */
export interface RegistryEntry {
  readonly server: Readonly<Record<string, unknown>>;
  readonly _meta: {
    readonly 'io.modelcontextprotocol.registry/official': {
      readonly status: string;
      readonly statusMessage?: string;
      readonly publishedAt: string;
      readonly updatedAt: string;
      readonly isLatest: boolean;
    };
  };
}

export interface EntryFacts {
  readonly version?: string;
  readonly status?: string;
  readonly statusMessage?: string;
  readonly updatedAt?: string;
  readonly isLatest?: boolean;
  /** Further fields of `server.json`, in place of what is made. */
  readonly server?: Readonly<Record<string, unknown>>;
}

/** An entry with a package of npm. */
export function buildEntry(name: string, facts: EntryFacts = {}): RegistryEntry {
  const { version = '1.0.0', status = 'active', updatedAt = '2026-01-01T00:00:00Z' } = facts;
  return {
    server: {
      name,
      description: `What ${name} is good for`.slice(0, 100),
      version,
      packages: [
        {
          registryType: 'npm',
          identifier: name.replace(/^.*\//, 'fixture-'),
          version,
          transport: { type: 'stdio' },
        },
      ],
      ...facts.server,
    },
    _meta: {
      'io.modelcontextprotocol.registry/official': {
        status,
        ...(facts.statusMessage !== undefined && { statusMessage: facts.statusMessage }),
        publishedAt: '2026-01-01T00:00:00Z',
        updatedAt,
        isLatest: facts.isLatest ?? true,
      },
    },
  };
}

interface Shape {
  readonly words: readonly string[];
  readonly kind: string;
  readonly variables: readonly string[];
}

/**
 * So many entries in the shapes of real ones: their kinds of packages, numbers of variables and
 * lengths of descriptions, with words drawn from all of them. Of every fourth server there are two
 * versions. Without the real data, words are made up.
 */
export function generateEntries(count: number): RegistryEntry[] {
  const shapes = readShapes();
  const vocabulary = [...new Set(shapes.flatMap(({ words }) => words))];
  const begin = Date.parse('2026-01-01T00:00:00Z');
  let seed = 1;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fffffff;
    return seed % below;
  };
  return Array.from({ length: count }, (_, index) => {
    const isOld = index % 5 === 4;
    const server = isOld ? index - 1 : index;
    const shape = shapes[server % shapes.length]!;
    const words = shape.words.map((word) =>
      random(3) === 0 ? vocabulary[random(vocabulary.length)]! : word,
    );
    const version = `${isOld ? 1 : 2}.${server % 10}.0`;
    const identifier = `server-${server}`;
    const remote = shape.kind === 'remote';
    return buildEntry(`io.github.owner-${server % 5000}/${identifier}`, {
      version,
      isLatest: !isOld,
      updatedAt: new Date(begin + index * 60_000).toISOString(),
      ...(index % 50 === 49 && { status: 'deleted', statusMessage: 'Taken back' }),
      server: {
        title: words.slice(0, 3).join(' ').slice(0, 100) || identifier,
        description: words.join(' ').slice(0, 100).trim() || identifier,
        repository: {
          url: `https://github.com/owner-${server % 5000}/${identifier}`,
          source: 'github',
        },
        packages: remote
          ? undefined
          : [
              {
                registryType: shape.kind,
                identifier: shape.kind === 'oci' ? `registry.example/${identifier}` : identifier,
                version,
                transport: { type: 'stdio' },
                environmentVariables: shape.variables.map((name) => ({
                  name,
                  description: `The ${name} of your account`,
                  isRequired: true,
                  isSecret: /KEY|TOKEN|SECRET/.test(name),
                })),
              },
            ],
        ...(remote && {
          remotes: [{ type: 'streamable-http', url: `https://${identifier}.example.com/mcp` }],
        }),
      },
    });
  });
}

function readShapes(): readonly Shape[] {
  const file = realData('registry-2025-05/seed.json');
  if (file === undefined) return madeUpShapes();
  const entries: {
    description: string;
    packages?: { registry_name: string; environment_variables?: { name: string }[] }[];
  }[] = JSON.parse(readFileSync(file, 'utf8'));
  return entries.map(({ description, packages: [first] = [] }, index) => ({
    words: description.split(/[^\p{L}\p{N}]+/u).filter(Boolean),
    kind: kindOf(first?.registry_name, index),
    variables: (first?.environment_variables ?? [])
      .map(({ name }) => name)
      .filter((name) => /^[A-Za-z_]\w*$/.test(name)),
  }));
}

function kindOf(name: string | undefined, index: number): string {
  if (name === 'npm' || name === 'pypi') return name;
  if (name === 'docker') return 'oci';
  return index % 3 === 0 ? 'remote' : 'npm';
}

function madeUpShapes(): readonly Shape[] {
  const words = ['list', 'read', 'send', 'search', 'database', 'mail', 'issue', 'cloud', 'graph'];
  return Array.from({ length: 60 }, (_, index) => ({
    words: Array.from(
      { length: 12 },
      (_, at) => `${words[(index * 7 + at * 5) % words.length]}${at}`,
    ),
    kind: ['npm', 'pypi', 'oci', 'remote'][index % 4]!,
    variables: index % 3 === 0 ? ['API_KEY'] : [],
  }));
}
