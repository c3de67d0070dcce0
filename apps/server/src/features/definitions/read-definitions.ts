import type { Level, OfferingKind } from '@plugboard/contracts';
import { type Era, type ListedOffering, listOfferings, type Upstream } from '@plugboard/protocol';
import { hashDefinition, levelOfOffering } from '@plugboard/trust';

/** One tool, prompt, resource or template as a server listed it. */
export interface Definition {
  readonly kind: OfferingKind;
  readonly name: string;
  /** Ascending in the order in which the server listed them. */
  readonly position: number;
  /** Raw JSON text. */
  readonly text: string;
  readonly hash: Buffer;
  /** The level that its annotations ask for. */
  readonly level: Level;
}

/** All that a server says of itself. */
export interface Definitions {
  readonly era: Era;
  /** Raw JSON text of its initialize or discover result. */
  readonly hello: string;
  readonly offerings: readonly Definition[];
}

const maxNameLength = 2048;

/**
 * Asks a server for everything it offers. What has no usable name, or a name that an earlier one of
 * its kind has, is left out. Rejects as `listOfferings` does.
 */
export async function readDefinitions(
  upstream: Upstream,
  signal?: AbortSignal,
): Promise<Definitions> {
  const found = new Map<string, Definition>();
  for (const offering of await listOfferings(upstream, signal)) {
    const key = `${offering.kind}:${offering.name}`;
    if (isUsableName(offering.name) && !found.has(key)) {
      found.set(key, toDefinition(offering, found.size));
    }
  }
  const { era, result } = upstream.hello;
  return { era, hello: result.toString(), offerings: [...found.values()] };
}

function toDefinition({ kind, name, definition }: ListedOffering, position: number): Definition {
  const text = definition.toString();
  return {
    kind,
    name,
    position,
    text,
    hash: hashDefinition(definition),
    level: levelOfOffering(kind, JSON.parse(text)).level,
  };
}

/** NUL cannot be stored, and half of a surrogate pair cannot be sent back as it came. */
function isUsableName(name: string): boolean {
  return name.length <= maxNameLength && !name.includes('\0') && name.isWellFormed();
}
