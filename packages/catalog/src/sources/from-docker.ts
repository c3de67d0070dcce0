import type { Category } from '../catalog-meta.ts';
import type { FoundEntry } from './check-entry.ts';
import type { DockerEntry } from './docker-entry.ts';
import { type Input, templated } from './docker-template.ts';
import { isPackageIdentifier } from './package-identifier.ts';
import { isObject, textOf } from './plain-data.ts';
import { shortened } from './shortened.ts';
import { type SourceMeta, sourceMetaKey } from './source-meta.ts';

/** Docker's servers have no namespace of their own. */
const namespace = 'com.docker.mcp';

const categories: Readonly<Record<string, Category>> = {
  database: 'databases',
  devops: 'cloud',
  infrastructure: 'cloud',
  'cost-management': 'cloud',
  iot: 'other',
  ai: 'ai',
  'ai-ml': 'ai',
  'developer-tools': 'development',
  development: 'development',
  devtools: 'development',
  code: 'development',
  integration: 'development',
  tools: 'development',
  web: 'development',
  documentation: 'knowledge',
  knowledge: 'knowledge',
  news: 'knowledge',
  search: 'search',
  'data-analytics': 'analytics',
  'data-visualization': 'analytics',
  analytics: 'analytics',
  geospatial: 'analytics',
  maps: 'search',
  messaging: 'communication',
  communication: 'communication',
  productivity: 'productivity',
  automation: 'productivity',
  crm: 'productivity',
  business: 'productivity',
  'web-scraping': 'browser',
  security: 'security',
  monitoring: 'monitoring',
  finance: 'finance',
  fintech: 'finance',
  payments: 'finance',
  blockchain: 'finance',
  commerce: 'commerce',
  ecommerce: 'commerce',
  media: 'design',
  video: 'design',
};

/** Makes `server.json` of an entry of Docker's catalog. */
export function fromDocker(entry: DockerEntry): FoundEntry {
  const description = entry.description ?? entry.title ?? entry.name;
  const title = shortened(entry.title);
  const remote = entry.remote && toRemote(entry, entry.remote);
  const image = entry.image === undefined ? undefined : toPackage(entry, entry.image);
  const tools = entry.tools.flatMap((tool) => {
    const name = textOf(tool.name);
    if (name === undefined || name.length > 200) return [];
    const about = textOf(tool.description);
    return [{ name, ...(about !== undefined && { description: about }) }];
  });
  const facts = {
    ...(entry.category !== undefined && {
      category: categories[entry.category.toLowerCase()] ?? 'other',
    }),
    ...(entry.keywords.length > 0 && {
      keywords: entry.keywords.filter((word) => word.length <= 100).slice(0, 100),
    }),
    ...(/^https:\/\/\S{1,2000}$/.test(entry.icon ?? '') && { icon: entry.icon }),
    ...(entry.stars !== undefined && { stars: entry.stars }),
    ...(entry.pulls !== undefined && { downloads: entry.pulls }),
    ...(entry.owner !== undefined && { publisher: entry.owner.slice(0, 200) }),
    ...(entry.license !== undefined && { license: entry.license.slice(0, 200) }),
    ...(tools.length > 0 && { tools: tools.slice(0, 2000) }),
    ...(description.length > 100 && { description }),
    ...(entry.commit !== undefined && { commit: entry.commit.slice(0, 100) }),
    ...(entry.oauth.length > 0 && {
      oauth: entry.oauth
        .flatMap(({ provider }) => textOf(provider)?.slice(0, 100) ?? [])
        .slice(0, 20),
    }),
    ...(entry.allowHosts && { hosts: entry.allowHosts.slice(0, 500) }),
  } satisfies SourceMeta;
  return {
    server: {
      name: `${namespace}/${entry.name}`,
      description: shortened(description),
      ...(title !== undefined && { title }),
      version: versionOf(entry),
      ...(entry.project !== undefined &&
        URL.canParse(entry.project) && {
          repository: {
            url: entry.project,
            source: new URL(entry.project).hostname === 'github.com' ? 'github' : 'git',
            ...(entry.directory !== undefined && { subfolder: entry.directory }),
          },
        }),
      ...(image && { packages: [image] }),
      ...(remote && { remotes: [remote] }),
      _meta: { [sourceMetaKey]: facts },
    },
    isLatest: true,
    // With whole definitions where they have them.
    ...(tools.length > 0 && { tools: entry.tools }),
  };
}

/** Docker tells no version: the image's digest is one, else the commit it is made of. */
function versionOf({ image, commit }: DockerEntry): string {
  const digest = /@sha256:([0-9a-f]{12})/.exec(image ?? '')?.[1];
  if (digest !== undefined) return `sha256-${digest}`;
  const tag = /:([A-Za-z0-9_][A-Za-z0-9_.-]*)$/.exec(image ?? '')?.[1];
  if (tag !== undefined && /^v?\d[\d.]*[\w.-]*$/.test(tag)) return tag;
  return commit === undefined ? '0.0.0' : `git-${commit.slice(0, 12)}`;
}

function toPackage(entry: DockerEntry, image: string): object | undefined {
  if (!isPackageIdentifier('oci', image)) return undefined;
  const { name, schemas } = entry;
  const environmentVariables = [...secretsOf(entry), ...variablesOf(entry)];
  const packageArguments = entry.command.map((text) => ({
    type: 'positional',
    ...templated(text, name, schemas),
  }));
  const runtimeArguments = entry.volumes.map((text) => ({
    type: 'named',
    name: '-v',
    ...templated(text, name, schemas),
  }));
  return {
    registryType: 'oci',
    identifier: image,
    runtimeHint: 'docker',
    ...(runtimeArguments.length > 0 && { runtimeArguments }),
    ...(packageArguments.length > 0 && { packageArguments }),
    ...(environmentVariables.length > 0 && { environmentVariables }),
    transport: { type: 'stdio' },
  };
}

function secretsOf({ secrets, oauth }: DockerEntry): Input[] {
  const known = new Set<string>();
  // Where it does not say: several are often alternatives, one alone rarely is.
  const isRequired = (said: unknown) => said === true || (said !== false && secrets.length === 1);
  return [...secrets, ...oauth].flatMap((secret) => {
    const env = textOf(secret.env);
    if (env === undefined || known.has(env)) return [];
    known.add(env);
    const description = textOf(secret.description);
    const example = textOf(secret.example);
    return [
      {
        name: env,
        ...(description !== undefined && { description }),
        isSecret: true,
        ...(isRequired(secret.required) && { isRequired: true }),
        ...(example !== undefined && { placeholder: example }),
      },
    ];
  });
}

function variablesOf({ name: server, env, schemas }: DockerEntry): Input[] {
  return env.flatMap((variable) => {
    const name = textOf(variable.name);
    if (name === undefined) return [];
    const description = textOf(variable.description);
    const placeholder = textOf(variable.example);
    const value = textOf(variable.value);
    return [
      {
        name,
        ...(description !== undefined && { description }),
        ...(placeholder !== undefined && { placeholder }),
        ...(value !== undefined && templated(value, server, schemas)),
      },
    ];
  });
}

/** `${VARIABLE}` in a header stands for a secret; one without text of its own is the secret itself. */
function toRemote({ secrets }: DockerEntry, remote: Readonly<Record<string, unknown>>): object {
  const type = remote.transport_type === 'sse' ? 'sse' : 'streamable-http';
  const given = isObject(remote.headers) ? Object.entries(remote.headers) : [];
  const headers = given.flatMap(([name, text]) => {
    if (typeof text !== 'string') return [];
    const variables: Record<string, Input> = {};
    const value = text.replaceAll(/\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?/g, (_, variable: string) => {
      const secret = secrets.find(({ env }) => env === variable);
      const description = textOf(secret?.description);
      const placeholder = textOf(secret?.example);
      variables[variable] = {
        isSecret: true,
        isRequired: true,
        ...(description !== undefined && { description }),
        ...(placeholder !== undefined && { placeholder }),
      };
      return `{${variable}}`;
    });
    return [
      { name, value, ...(Object.keys(variables).length > 0 && { variables, isSecret: true }) },
    ];
  });
  return { type, url: remote.url, ...(headers.length > 0 && { headers }) };
}
