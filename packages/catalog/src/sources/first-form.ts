import type { FoundEntry } from './check-entry.ts';
import { isPackageIdentifier } from './package-identifier.ts';
import { isObject, listOf, textOf } from './plain-data.ts';
import { shortened } from './shortened.ts';
import { sourceMetaKey } from './source-meta.ts';

type Fields = Readonly<Record<string, unknown>>;

/** The kinds of that time by their later names; it also knew `unknown`. */
const kinds: Readonly<Record<string, string>> = {
  npm: 'npm',
  pypi: 'pypi',
  docker: 'oci',
  oci: 'oci',
  cargo: 'cargo',
  nuget: 'nuget',
};

/**
 * Makes `server.json` of an entry of the registry's first form (2025-05). A package that cannot be
 * named in it, such as a repository's path said to be npm's, is left out; the entry stays.
 */
export function fromFirstForm(item: Fields): FoundEntry {
  const detail = isObject(item.version_detail) ? item.version_detail : {};
  const description = textOf(item.description)?.trim() || textOf(item.name);
  const version = textOf(detail.version);
  const released = textOf(detail.release_date);
  const packages = listOf(item.packages).filter(isObject).flatMap(toPackage);
  const remotes = listOf(item.remotes).filter(isObject).flatMap(toRemote);
  return {
    server: {
      name: item.name,
      description: shortened(description),
      version,
      ...repositoryOf(item.repository),
      ...(packages.length > 0 && { packages }),
      ...(remotes.length > 0 && { remotes }),
      ...((description?.length ?? 0) > 100 && { _meta: { [sourceMetaKey]: { description } } }),
    },
    isLatest: detail.is_latest === true,
    ...(released !== undefined && { publishedAt: released, updatedAt: released }),
  };
}

function repositoryOf(repository: unknown): object {
  if (!isObject(repository) || !textOf(repository.url)) return {};
  const { url, source = 'git', id } = repository;
  return { repository: { url, source, ...(textOf(id) !== undefined && { id }) } };
}

function toPackage(fields: Fields): object[] {
  const registryType = kinds[textOf(fields.registry_name) ?? ''];
  const identifier = textOf(fields.name);
  if (registryType === undefined || identifier === undefined) return [];
  if (!isPackageIdentifier(registryType, identifier)) return [];
  const version = textOf(fields.version);
  const isExact = version !== undefined && version !== 'latest' && /^v?\d[\w.+-]*$/.test(version);
  const runtimeHint = textOf(fields.runtime_hint);
  const lists = {
    runtimeArguments: listOf(fields.runtime_arguments).filter(isObject).map(toArgument),
    packageArguments: listOf(fields.package_arguments).filter(isObject).map(toArgument),
    environmentVariables: listOf(fields.environment_variables).filter(isObject).map(toInput),
  };
  return [
    {
      registryType,
      identifier,
      ...(isExact && { version }),
      ...(runtimeHint !== undefined && { runtimeHint }),
      ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
      transport: { type: 'stdio' },
    },
  ];
}

function toRemote(fields: Fields): object[] {
  const type = textOf(fields.transport_type)?.replace(/^streamable$/, 'streamable-http') ?? 'sse';
  const headers = listOf(fields.headers).filter(isObject).map(toInput);
  const url = textOf(fields.url);
  return url === undefined ? [] : [{ type, url, ...(headers.length > 0 && { headers }) }];
}

function toArgument(fields: Fields): object {
  const name = textOf(fields.name);
  const type = fields.type === 'named' && name !== undefined ? 'named' : 'positional';
  const { name: _, ...input } = toInput(fields);
  const valueHint = textOf(fields.value_hint);
  return {
    type,
    ...(type === 'named' && { name }),
    ...input,
    ...(valueHint !== undefined && { valueHint }),
    ...(fields.is_repeated === true && { isRepeated: true }),
  };
}

/** What a variable, a header and an argument have in common. */
function toInput(fields: Fields): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const key of ['name', 'description', 'default', 'value', 'placeholder'] as const) {
    const text = textOf(fields[key]);
    if (text !== undefined) input[key] = text;
  }
  // A value that is also the default was an example of that time, to be changed by people.
  if (input.value === input.default) delete input.value;
  if (fields.is_required === true) input.isRequired = true;
  if (fields.is_secret === true) input.isSecret = true;
  const format = textOf(fields.format)?.replace(/^file_path$/, 'filepath');
  if (format && ['string', 'number', 'boolean', 'filepath'].includes(format)) input.format = format;
  const choices = listOf(fields.choices).filter((choice) => typeof choice === 'string');
  if (choices.length > 0) input.choices = choices;
  if (isObject(fields.variables)) {
    input.variables = Object.fromEntries(
      Object.entries(fields.variables).map(([key, value]) => [
        key,
        toInput(isObject(value) ? value : {}),
      ]),
    );
  }
  return input;
}
