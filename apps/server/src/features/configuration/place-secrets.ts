import type { ConfigurationProblem, ResolvedLaunch } from '@plugboard/catalog';
import { Secret } from '@plugboard/vault';

type Secrets = Readonly<Record<string, Secret>>;

export interface PlacedSecrets {
  /** By the variable or header that each goes to. */
  readonly secrets: Secrets;
  readonly problems: readonly ConfigurationProblem[];
}

/**
 * Puts secrets where they go: what is given by key into the variable or header that holds it, with
 * the text around it. `kept` are those that are sealed already, by variable or header; `given`
 * outrank them. Names that the server does not declare stay as they are.
 */
export function placeSecrets(
  resolved: ResolvedLaunch,
  given: Secrets,
  kept: Secrets,
): PlacedSecrets {
  const placed = new Map<string, Secret>(Object.entries(kept));
  const problems: ConfigurationProblem[] = [];
  const keys = new Set(resolved.secrets.map(({ key }) => key));
  for (const [name, secret] of Object.entries(given)) if (!keys.has(name)) placed.set(name, secret);

  for (const { name, parts } of resolved.sealed) {
    const wanted = parts.flatMap((part) => (typeof part === 'string' ? [] : [part.secret]));
    const there = wanted.filter((key) => Object.hasOwn(given, key));
    if (there.length === 0) continue;
    if (there.length < new Set(wanted).size) {
      const absent = wanted.filter((key) => !there.includes(key));
      for (const key of absent) {
        const message = `is sealed in ${name} together with ${there.join(', ')}. Give both.`;
        problems.push({ key, message });
      }
      continue;
    }
    const text = parts.map((part) =>
      typeof part === 'string' ? part : (given[part.secret]?.reveal() ?? ''),
    );
    placed.set(name, new Secret(text.join('')));
  }
  return { secrets: Object.fromEntries(placed), problems };
}
