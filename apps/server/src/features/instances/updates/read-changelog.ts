import { changelogSections, newestFirst } from '@plugboard/catalog';
import type { Changelog } from '@plugboard/contracts/api';

import type { PresentInstance } from '../revisions/present-instance.ts';
import {
  findVersions,
  npmPackageOf,
  type VersionQuery,
  type VersionServices,
} from './version-source.ts';

/** What the publisher says of the versions after the installed one. Rejects as `Published` does. */
export async function readChangelog(
  services: VersionServices,
  present: PresentInstance,
  wanted: string | undefined,
  query: VersionQuery,
): Promise<Changelog> {
  const { version: from, slug } = present.row;
  const name = npmPackageOf(present);
  const { versions, repositoryUrl } = await findVersions(services, present, query);
  const to = wanted ?? newestFirst(versions)[0]?.version ?? from;
  const about = { from, to, sections: [], ...(repositoryUrl !== undefined && { repositoryUrl }) };
  if (name === undefined) {
    return { ...about, problem: `${slug} is no npm package, and its catalog keeps no changelog.` };
  }
  const file = await services.published.changelog(name, to, query);
  if (!file) return { ...about, problem: `${name} ${to} ships no changelog.` };
  const sections = changelogSections(file.text, from, to).map((section) => ({ ...section }));
  const problem =
    sections.length === 0
      ? `${file.name} of ${name} ${to} has no sections for versions after ${from}.`
      : undefined;
  return { ...about, file: file.name, sections, ...(problem !== undefined && { problem }) };
}
