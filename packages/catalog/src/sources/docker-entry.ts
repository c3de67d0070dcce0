import { isObject, listOf, textOf } from './plain-data.ts';

type Fields = Readonly<Record<string, unknown>>;

/** One server of Docker's catalog, read from any of its forms. */
export interface DockerEntry {
  readonly name: string;
  readonly title: string | undefined;
  readonly description: string | undefined;
  readonly category: string | undefined;
  readonly keywords: readonly string[];
  readonly icon: string | undefined;
  readonly owner: string | undefined;
  readonly license: string | undefined;
  readonly stars: number | undefined;
  readonly pulls: number | undefined;
  readonly image: string | undefined;
  readonly project: string | undefined;
  readonly directory: string | undefined;
  readonly commit: string | undefined;
  readonly command: readonly string[];
  readonly volumes: readonly string[];
  readonly allowHosts: readonly string[] | undefined;
  readonly secrets: readonly Fields[];
  readonly env: readonly Fields[];
  /** JSON schemas of objects whose properties the templates name. */
  readonly schemas: readonly Fields[];
  readonly remote: Fields | undefined;
  readonly oauth: readonly Fields[];
  readonly tools: readonly Fields[];
}

/**
 * Reads an entry as the registry of Docker's catalog has it (nested in `about`, `meta`, `run`,
 * `config`), or as the published catalog has it (flat, under its name).
 */
export function readDockerEntry(key: string | undefined, entry: Fields): DockerEntry | undefined {
  const about = fieldsOf(entry.about);
  const meta = fieldsOf(entry.meta);
  const metadata = fieldsOf(entry.metadata);
  const run = fieldsOf(entry.run);
  const config = fieldsOf(entry.config);
  const source = fieldsOf(entry.source);
  const name = textOf(entry.name) ?? key;
  if (name === undefined) return undefined;
  // The published form links to `<repository>/tree/<commit>[/<folder>]`.
  const link =
    /^(https:\/\/[^/]+\/[^/]+\/[^/]+?)(?:\.git)?(?:\/tree\/([0-9a-f]{7,40})(?:\/(.+))?)?\/?$/.exec(
      textOf(entry.upstream) ?? textOf(entry.source) ?? '',
    );
  const sourceLink = /\/tree\/([0-9a-f]{7,40})/.exec(textOf(entry.source) ?? '');
  const noNetwork = run.disableNetwork === true || entry.disableNetwork === true;
  const hosts = listOf(run.allowHosts ?? entry.allowHosts).filter(
    (host) => typeof host === 'string',
  );
  return {
    name,
    title: textOf(about.title) ?? textOf(entry.title),
    description: textOf(about.description) ?? textOf(entry.description),
    category: textOf(meta.category) ?? textOf(metadata.category),
    keywords: texts(meta.tags ?? metadata.tags),
    icon: textOf(about.icon) ?? textOf(entry.icon),
    owner: textOf(metadata.owner),
    license: textOf(metadata.license),
    stars: countOf(metadata.githubStars) ?? countOf(metadata.stars),
    pulls: countOf(metadata.pulls),
    image: textOf(entry.image),
    project: textOf(source.project) ?? link?.[1],
    directory: textOf(source.directory) ?? link?.[3],
    commit: textOf(source.commit) ?? link?.[2] ?? sourceLink?.[1],
    command: texts(run.command ?? entry.command),
    volumes: texts(run.volumes ?? entry.volumes),
    allowHosts: noNetwork ? [] : hosts.length > 0 ? hosts : undefined,
    secrets: objects(config.secrets ?? entry.secrets),
    env: objects(config.env ?? entry.env),
    schemas: [fieldsOf(config.parameters), ...objects(entry.config)].filter((schema) =>
      isObject(schema.properties),
    ),
    remote: isObject(entry.remote) && textOf(entry.remote.url) ? entry.remote : undefined,
    oauth: objects(isObject(entry.oauth) ? entry.oauth.providers : entry.oauth),
    tools: objects(entry.tools),
  };
}

function fieldsOf(value: unknown): Fields {
  return isObject(value) ? value : {};
}

function objects(value: unknown): readonly Fields[] {
  return listOf(value).filter(isObject);
}

function texts(value: unknown): readonly string[] {
  return listOf(value).filter((item) => typeof item === 'string');
}

function countOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
