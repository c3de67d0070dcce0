import type { AccountView, Need } from '@plugboard/contracts/api';

import { accountOf } from '../../credentials/bindings/account.ts';
import { type NeedContext, needId } from './need-context.ts';

/** So many instances that ask something of each member are looked at. */
const mostInstances = 100;

/** What an instance waits for from the actor: an account of their own, or a yes to where it goes now. */
export async function findAccountNeeds(context: NeedContext): Promise<Need[]> {
  const { actor, db, services } = context;
  const rows = await db
    .selectFrom('instances')
    .innerJoin('toolboxes', 'toolboxes.id', 'instances.toolbox_id')
    .where('instances.account', '=', 'member')
    .where('instances.stopped_at', 'is', null)
    .select(['instances.id', 'instances.slug', 'toolboxes.slug as toolbox'])
    .orderBy('instances.slug')
    .limit(mostInstances)
    .execute();
  const needs: Need[] = [];
  for (const instance of rows) {
    const view = await accountOf(services, actor, instance.id);
    needs.push(...missing(view, instance), ...unconfirmed(view, instance));
  }
  return needs;
}

type NamedInstance = NonNullable<Need['instance']>;

function missing({ slots }: AccountView, instance: NamedInstance): Need[] {
  const empty = slots.filter(({ required, filled }) => required && !filled);
  if (empty.length === 0) return [];
  // A remote server's own header is what connecting an account fills.
  const connects = empty.some(
    ({ place, slot }) => place === 'header' && /^authorization$/i.test(slot),
  );
  const { id, slug } = instance;
  return [
    {
      id: needId(connects ? 'sign_in' : 'credential_missing', id),
      kind: connects ? 'sign_in' : 'credential_missing',
      severity: 'medium',
      title: connects ? `Connect your account to ${slug}` : `${slug} lacks your credential`,
      detail: connects
        ? 'It is used with each member’s own account. Until you connect yours, calls for you are refused.'
        : `It is used with each member’s own account, and yours is missing: ${empty.map(({ slot }) => slot).join(', ')}.`,
      instance,
      action: connects
        ? { kind: 'sign_in', href: `/connect/${slug}` }
        : { kind: 'open', href: `/instances/${slug}` },
    },
  ];
}

function unconfirmed({ slots, destination }: AccountView, instance: NamedInstance): Need[] {
  const changes = [...new Set(slots.flatMap(({ changes: some = [] }) => some))];
  if (changes.length === 0) return [];
  return [
    {
      id: needId('binding_unconfirmed', instance.id, destination.digest),
      kind: 'binding_unconfirmed',
      severity: 'high',
      title: `${instance.slug} takes your credential elsewhere now`,
      detail: `It was changed: ${changes.join('; ')}. Until you say yes, calls for you are refused.`,
      instance,
      action: { kind: 'confirm', href: `/instances/${instance.slug}` },
    },
  ];
}
