import { AppError } from '@plugboard/contracts';
import npa from 'npm-package-arg';

/** A package of the registry as a person named it: a name, and a version, range or tag. */
export interface PackageSpec {
  readonly name: string;
  /** `''` where none was named: the registry's latest. */
  readonly wanted: string;
}

/**
 * Reads `name`, `name@1.2.3`, `@scope/name@^1`. Throws `invalid_input` for whatever would not come
 * from the registry (folders, files, URLs, git, aliases) and for names that npm does not allow.
 */
export function readPackageSpec(text: string): PackageSpec {
  const spec = parse(text);
  const isPlain = spec.type === 'version' || spec.type === 'range' || spec.type === 'tag';
  if (!isPlain || !spec.name || !spec.registry) {
    throw new AppError(
      'invalid_input',
      `"${shown(text)}" does not name a package of the registry; write a name such as "@scope/name@1.2.3".`,
    );
  }
  return { name: spec.name, wanted: spec.rawSpec === '*' ? '' : spec.rawSpec };
}

function parse(text: string): npa.Result {
  try {
    return npa(text.trim());
  } catch (cause) {
    throw new AppError(
      'invalid_input',
      `"${shown(text)}" is not a name that npm allows: lower-case letters, digits, "-", "_" and ".", with an optional "@scope/" before and "@version" behind.`,
      { cause },
    );
  }
}

function shown(text: string): string {
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}
