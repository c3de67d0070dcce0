import {
  configurationFacts,
  type LaunchTarget,
  resolveLaunch,
  type SealedSlot,
  type ServerJson,
} from '@plugboard/catalog';
import { accountSlotSchema } from '@plugboard/contracts/api';
import { z } from 'zod';

import { targetOf } from '../../configuration/target-of.ts';
import { sealedSecretsFromRow } from '../../instances/launch-row.ts';
import {
  candidateFromRow,
  type StoredInstance,
} from '../../instances/revisions/stored-candidate.ts';
import type { BindingRow } from './queries.ts';

/** A variable, header or file of an instance that holds a secret. */
export interface Slot {
  readonly slot: string;
  readonly place: BindingRow['place'];
  /** `{value}` stands for the main field of whatever fills it. */
  readonly template: string | undefined;
  readonly required: boolean;
  readonly title?: string;
  readonly url?: string;
  /** Sealed in the instance itself. */
  readonly inline: boolean;
  /** Who has to fill it. */
  readonly of: StoredInstance['account'];
}

const accountSlotsSchema = z.array(accountSlotSchema);

export type AccountSlot = z.output<typeof accountSlotSchema>;

/** What members or agents are asked for besides what the catalog names. */
export function accountSlotsFromRow(stored: unknown): readonly AccountSlot[] {
  return accountSlotsSchema.parse(stored);
}

export interface SlotSource {
  readonly entry: ServerJson | undefined;
  readonly target: LaunchTarget | undefined;
  readonly isRemote: boolean;
  readonly account: StoredInstance['account'];
  readonly accountSlots: readonly AccountSlot[];
  /** Names of those that are sealed in the instance itself. */
  readonly inline: readonly string[];
  /** Those that the organization fills for everybody. */
  readonly bound: readonly Pick<BindingRow, 'slot' | 'place' | 'template'>[];
}

/** What slots come from, of an instance that is stored. `bindings` are its own, of every owner. */
export function slotSource(
  row: StoredInstance,
  bindings: readonly Pick<BindingRow, 'slot' | 'place' | 'template' | 'owner_kind'>[],
  dataDir: string,
): SlotSource {
  const stored = candidateFromRow(row, row.server_name, dataDir);
  const { entry, launch } = stored;
  return {
    entry,
    target: entry && targetOf(entry, stored),
    isRemote: launch.driver === 'remote',
    account: row.account,
    accountSlots: accountSlotsFromRow(row.account_slots),
    inline: [...sealedSecretsFromRow(row.sealed_secrets).keys()],
    bound: bindings.filter(({ owner_kind }) => owner_kind === 'organization'),
  };
}

/**
 * Every slot of an instance: what its catalog entry names as secret, what it asks of members or
 * agents, and what is filled besides. Where each has an account of their own, what the organization
 * does not fill is theirs to fill.
 */
export function slotsOf(source: SlotSource): readonly Slot[] {
  const { account, accountSlots, isRemote, inline, bound } = source;
  const shared = new Set([...inline, ...bound.map(({ slot }) => slot)]);
  const slots = new Map<string, Slot>();
  const usualPlace = isRemote ? 'header' : 'env';
  for (const slot of declaredSlots(source)) {
    const of = account === 'organization' || shared.has(slot.slot) ? 'organization' : account;
    slots.set(slot.slot, { ...slot, inline: inline.includes(slot.slot), of });
  }
  for (const { slot, place, template } of bound) {
    const known = slots.get(slot);
    const base = known ?? { slot, required: false, inline: inline.includes(slot) };
    slots.set(slot, { ...base, place, template, of: 'organization' });
  }
  for (const slot of inline) {
    if (slots.has(slot)) continue;
    slots.set(slot, {
      slot,
      place: usualPlace,
      template: undefined,
      required: false,
      inline: true,
      of: 'organization',
    });
  }
  if (account === 'organization') return [...slots.values()];
  for (const { slot, place, template } of accountSlots) {
    slots.set(slot, {
      ...slots.get(slot),
      slot,
      place: place ?? slots.get(slot)?.place ?? usualPlace,
      template: template ?? slots.get(slot)?.template,
      required: true,
      inline: inline.includes(slot),
      of: account,
    });
  }
  return [...slots.values()];
}

type Declared = Omit<Slot, 'inline' | 'of'>;

function declaredSlots({ entry, target }: SlotSource): readonly Declared[] {
  if (!entry || !target) return [];
  const facts = new Map(configurationFacts(entry)?.credentials.map((each) => [each.key, each]));
  const { secrets } = resolveLaunch(entry, target, {}, []);
  const { sealed } = resolveLaunch(
    entry,
    target,
    {},
    secrets.map(({ key }) => key),
  );
  const byName = new Map<string, Declared>();
  for (const { key, name, required, in: place } of secrets) {
    const about = facts.get(key) ?? facts.get(name);
    const template = templateOf(sealed.find((slot) => slot.name === name));
    const known = byName.get(name);
    byName.set(name, {
      slot: name,
      place: place === 'header' ? 'header' : about?.kind === 'file' ? 'file' : 'env',
      template: known ? undefined : template,
      required: required || about?.required === true || known?.required === true,
      ...(about?.title !== undefined && { title: about.title }),
      ...(about?.url !== undefined && { url: about.url }),
    });
  }
  return [...byName.values()];
}

/** The text around what is secret; undefined where there are several secrets in it. */
function templateOf(sealed: SealedSlot | undefined): string | undefined {
  if (!sealed) return undefined;
  const keys = new Set(sealed.parts.map((part) => (typeof part === 'string' ? '' : part.secret)));
  keys.delete('');
  if (keys.size !== 1) return undefined;
  const text = sealed.parts.map((part) =>
    typeof part === 'string' ? part.replaceAll(/[{}]/g, '$&$&') : '{value}',
  );
  return text.join('');
}
