import type { CatalogMeta } from '@plugboard/catalog';
import type { InstallConflict, InstallPlan } from '@plugboard/contracts/api';

import type { ConfiguredLaunch } from '../../configuration/configure-launch.ts';

type Credential = InstallPlan['credentials'][number];

/** The credentials that a server takes: what its entry declares, and what the catalog knows of each. */
export function credentialsOf(
  configured: ConfiguredLaunch | undefined,
  facts: CatalogMeta | undefined,
  givenNames: readonly string[],
): readonly Credential[] {
  const known = new Map(facts?.credentials.map((each) => [each.key, each]));
  const declared = (configured?.resolved?.secrets ?? []).map((secret): Credential => {
    const { key, name, required } = secret;
    const about = known.get(key) ?? known.get(name);
    return {
      key,
      title: about?.title ?? key,
      kind: about?.kind ?? 'token',
      required: required || about?.required === true,
      given: givenNames.includes(key) || givenNames.includes(name),
      ...(about?.url !== undefined && { url: about.url }),
      ...(about?.format !== undefined && { format: about.format }),
    };
  });
  const told = new Set(declared.map(({ key }) => key));
  const others = (facts?.credentials ?? [])
    .filter(({ key }) => key === undefined || !told.has(key))
    .map(({ key, title, kind, required, url, format }): Credential => ({
      ...(key !== undefined && { key }),
      title,
      kind,
      required,
      given: key !== undefined && givenNames.includes(key),
      ...(url !== undefined && { url }),
      ...(format !== undefined && { format }),
    }));
  return [...declared, ...others];
}

/** What of the configuration is missing or wrong. */
export function configurationConflicts(
  { problems, resolved }: ConfiguredLaunch,
  credentials: readonly Credential[],
): readonly InstallConflict[] {
  const secretKeys = new Set(resolved?.secrets.map(({ key }) => key));
  return problems.map(({ key, message }): InstallConflict => {
    const credential = credentials.find((each) => each.key === key);
    const isMissing = secretKeys.has(key) && credential?.given !== true;
    const page = credential?.url === undefined ? '' : ` ${credential.title}: ${credential.url}`;
    return {
      code: isMissing ? 'secret_missing' : 'configuration',
      severity: 'error',
      message: `${key}: ${message}`,
      cure: isMissing
        ? `Give it with --secret ${key}.${page}`
        : `Set it with --set ${key}=<value>.${page}`,
      subject: key,
    };
  });
}
