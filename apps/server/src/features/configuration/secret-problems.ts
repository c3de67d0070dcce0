import {
  type ConfigurationProblem,
  configurationSchema,
  type LaunchTarget,
  type ServerJson,
} from '@plugboard/catalog';
import type { Secret } from '@plugboard/vault';

import { slotProblem } from '../credentials/bindings/slot-problem.ts';

/** What is wrong with secrets that are given. Tells of their form, never of their value. */
export function secretProblems(
  entry: ServerJson | undefined,
  target: LaunchTarget | undefined,
  secrets: Readonly<Record<string, Secret>>,
): readonly ConfigurationProblem[] {
  const properties = entry && target ? configurationSchema(entry, target).properties : {};
  return Object.entries(secrets).flatMap(([key, secret]) => {
    const message = problemOf(secret.reveal());
    return message === undefined ? [] : [{ key, message }];

    function problemOf(value: string): string | undefined {
      const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
      const remote = target?.kind === 'remote';
      const facts = property?.['x-plugboard'];
      if (!facts || facts.in === 'env' || facts.in === 'header') {
        const misplaced = slotProblem(facts?.name ?? key, remote ? 'header' : 'env', remote);
        if (misplaced !== undefined) return misplaced;
      }
      if (value.includes('\0')) return 'must not hold a NUL character.';
      if (remote && !/^[\t\u0020-\u007e\u0080-\u00ff]*$/.test(value)) {
        return "must be one line of text, as an HTTP header's value is.";
      }
      if (property?.pattern === undefined || value.length > 1024) return undefined;
      return new RegExp(property.pattern, 'u').test(value)
        ? undefined
        : `does not look like ${property.title}, which has the form ${property.pattern.slice(4, -2)}. Check that all of it was copied.`;
    }
  });
}
