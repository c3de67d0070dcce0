import { configurationSchema, type LaunchTarget, type ServerJson } from '@plugboard/catalog';
import { AppError } from '@plugboard/contracts';

import type { AppServices } from '../../../app/services.ts';
import { withTenant } from '../../../store/tenant.ts';
import type { Actor } from '../../members/policy.ts';
import { may, requireCredential } from '../permissions.ts';
import { type ListedCredential, requireVisible } from '../queries.ts';
import { fitBinding } from './bind.ts';
import type { BoundSlot } from './open-bindings.ts';
import { sameSlot } from './same-slot.ts';
import { slotsOf } from './slots.ts';

/** A credential that is to fill a slot of a server that is being added. */
export interface ChosenCredential {
  /** The variable or header, or the configuration key that goes there. */
  readonly slot: string;
  readonly credential: ListedCredential;
}

/** Throws `AppError` unless the actor may bind each, and it is the organization's. */
export async function chooseCredentials(
  { db }: Pick<AppServices, 'db'>,
  actor: Actor,
  wanted: Readonly<Record<string, string>> | undefined,
): Promise<readonly ChosenCredential[]> {
  if (wanted === undefined) return [];
  return withTenant(db, actor.organizationId, async (tx) => {
    const chosen: ChosenCredential[] = [];
    for (const [slot, ref] of Object.entries(wanted)) {
      const credential = await requireVisible(tx, actor, ref);
      requireCredential(may(actor, 'bind', credential), credential, 'bound');
      if (credential.owner_kind !== 'organization') {
        throw new AppError(
          'invalid_input',
          `${slot}: a server is added with credentials of the organization. What is a member's or an agent's own is bound when it is there.`,
        );
      }
      chosen.push({ slot, credential });
    }
    return chosen;
  });
}

export interface ChosenFor {
  readonly entry: ServerJson | undefined;
  readonly target: LaunchTarget | undefined;
  readonly isRemote: boolean;
}

/** How chosen credentials go into the slots of a server. Throws `AppError('invalid_input')`. */
export function placeChosen(
  chosen: readonly ChosenCredential[],
  { entry, target, isRemote }: ChosenFor,
): readonly BoundSlot[] {
  if (chosen.length === 0) return [];
  const properties = entry && target ? configurationSchema(entry, target).properties : {};
  const slots = slotsOf({
    entry,
    target,
    isRemote,
    account: 'organization',
    accountSlots: [],
    inline: [],
    bound: [],
  });
  return chosen.map(({ slot: key, credential }) => {
    const property = Object.hasOwn(properties, key) ? properties[key] : undefined;
    const name = property?.['x-plugboard'].name ?? key;
    const known = slots.find(({ slot }) => sameSlot(slot, name, isRemote));
    const binding = fitBinding(credential, known, isRemote, { slot: name });
    return { ...binding, kind: credential.kind };
  });
}
