import { listSlots, type Field, type Slot, type SlotPlace } from './slots.ts';
import type { ServerJson } from '../server-json.ts';
import type { LaunchTarget } from './launch-target.ts';

/** First come those whose names others know: what a process and a server read. */
const precedence: readonly SlotPlace[] = ['env', 'header', 'argument', 'url'];

/**
 * The slots of a target with a unique key for each field. A slot's own field goes by its name, a
 * variable by its own, or by `PARENT.name` where several would have it. What still clashes gets a
 * number, in the order of the entry, so that what is added behind renames nothing before.
 */
export function keyedSlots(entry: ServerJson, target: LaunchTarget): readonly Slot[] {
  const slots = listSlots(entry, target);
  const inOrder = precedence.flatMap((place) => slots.filter((slot) => slot.in === place));
  const taken = new Set<string>();
  const give = (field: Field, wanted: string) => {
    let key = wanted;
    for (let number = 2; taken.has(key); number += 1) key = `${wanted}-${number}`;
    taken.add(key);
    field.key = key;
  };

  for (const slot of inOrder) {
    for (const field of fieldsOf(slot)) if (field.variable === undefined) give(field, slot.keyName);
  }
  const uses = new Map<string, number>();
  for (const slot of inOrder) {
    for (const { variable } of fieldsOf(slot)) {
      if (variable !== undefined) uses.set(variable, (uses.get(variable) ?? 0) + 1);
    }
  }
  for (const slot of inOrder) {
    for (const field of fieldsOf(slot)) {
      const { variable } = field;
      if (variable === undefined) continue;
      const ambiguous = taken.has(variable) || (uses.get(variable) ?? 0) > 1;
      give(field, ambiguous ? `${slot.keyName}.${variable}` : variable);
    }
  }
  return slots;
}

/** What is filled in of a slot, each once. */
export function fieldsOf(slot: Slot): readonly Field[] {
  return [...new Set(slot.parts.filter((part) => typeof part !== 'string'))];
}
