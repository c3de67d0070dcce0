import type { Level, OfferingKind } from '@plugboard/contracts';

/** The level that something needs, and the words of why for people who review it. */
export interface AskedLevel {
  readonly level: Level;
  readonly reason: string;
}

const readOffering: AskedLevel = {
  level: 'read',
  reason: 'prompts, resources and resource templates are only read',
};

/**
 * The level an offering asks for by its own definition, parsed from JSON. An admin's override
 * outranks it: annotations are the server's word, not a proof.
 */
export function levelOfOffering(kind: OfferingKind, definition: unknown): AskedLevel {
  return kind === 'tool' ? levelOfTool(definition) : readOffering;
}

/**
 * The level a tool's annotations ask for. Only what is said outright lowers it: the defaults of the
 * specification (not read-only, destructive, open world) apply to all that is left out, and a tool
 * that says nothing, or contradicts itself, needs `execute`. `openWorldHint` does not count: it
 * tells where a tool acts, not what it may do there.
 */
export function levelOfTool(definition: unknown): AskedLevel {
  const annotations = property(definition, 'annotations');
  const readOnly = hint(annotations, 'readOnlyHint');
  const destructive = hint(annotations, 'destructiveHint');
  if (readOnly === undefined && destructive === undefined) {
    return { level: 'execute', reason: 'it does not say whether it changes anything' };
  }
  if (destructive === true) {
    return readOnly === true
      ? { level: 'execute', reason: 'it calls itself both read-only and destructive' }
      : { level: 'execute', reason: 'it says that it may destroy' };
  }
  if (readOnly === true) return { level: 'read', reason: 'it says that it only reads' };
  if (readOnly === undefined) {
    return { level: 'execute', reason: 'it does not say whether it only reads' };
  }
  return destructive === false
    ? { level: 'write', reason: 'it says that it changes things without destroying' }
    : {
        level: 'execute',
        reason: 'it changes things and does not say that it spares what is there',
      };
}

/** True or false when said so outright; any other value says nothing. */
function hint(annotations: unknown, name: string): boolean | undefined {
  const value = property(annotations, name);
  return typeof value === 'boolean' ? value : undefined;
}

function property(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return Reflect.get(value, name);
}
