import { type Level, levelCovers, type OfferingKind } from '@plugboard/contracts';

/** What a grant is about: a toolbox with all in it, one instance, or one offering of an instance. */
export type GrantTarget =
  | { readonly scope: 'toolbox'; readonly toolboxId: string }
  | { readonly scope: 'instance'; readonly instanceId: string }
  | {
      readonly scope: 'offering';
      readonly instanceId: string;
      readonly kind: OfferingKind;
      readonly name: string;
    };

/**
 * One rule for one agent. `allow` at a level permits what needs that level or less; `deny` at a
 * level forbids what needs that level or more, so `deny read` forbids everything of its target.
 */
export interface Grant {
  readonly id: string;
  readonly effect: 'allow' | 'deny';
  readonly level: Level;
  readonly target: GrantTarget;
  /** Epoch milliseconds from which the grant no longer counts. */
  readonly expiresAt: number | undefined;
}

/** An offering, or a method that no offering stands for: only grants on all of an instance reach it. */
export type SubjectKind = OfferingKind | 'method';

/** What an agent asks to use. */
export interface Subject {
  readonly toolboxId: string;
  readonly instanceId: string;
  readonly kind: SubjectKind;
  readonly name: string;
  readonly level: Level;
}

export type Decision =
  | { readonly allowed: true; readonly reason: 'granted'; readonly grant: Grant }
  /** A deny rule forbids it, whatever else allows it. */
  | { readonly allowed: false; readonly reason: 'denied'; readonly grant: Grant }
  /** Grants reach it, but none at its level; `grant` is the highest of them. */
  | { readonly allowed: false; readonly reason: 'level_too_low'; readonly grant: Grant }
  | { readonly allowed: false; readonly reason: 'no_grant'; readonly grant: undefined };

/**
 * Decides whether an agent that holds `grants` may use `subject` at time `now` (epoch ms).
 *
 * Pure, and independent of the order of grants: nothing is allowed without an allow, any deny beats
 * every allow at whatever scope, expired grants count as absent. Of several allows the narrowest is
 * the one named in the answer.
 */
export function decide(grants: readonly Grant[], subject: Subject, now: number): Decision {
  let granted: Grant | undefined;
  let tooLow: Grant | undefined;
  let denied: Grant | undefined;
  for (const grant of grants) {
    if (grant.expiresAt !== undefined && grant.expiresAt <= now) continue;
    if (!reaches(grant.target, subject)) continue;
    if (grant.effect === 'deny') {
      if (levelCovers(subject.level, grant.level)) denied = preferred(denied, grant);
    } else if (levelCovers(grant.level, subject.level)) {
      granted = preferred(granted, grant);
    } else {
      tooLow = higher(tooLow, grant);
    }
  }
  if (denied) return { allowed: false, reason: 'denied', grant: denied };
  if (granted) return { allowed: true, reason: 'granted', grant: granted };
  if (tooLow) return { allowed: false, reason: 'level_too_low', grant: tooLow };
  return { allowed: false, reason: 'no_grant', grant: undefined };
}

function reaches(target: GrantTarget, subject: Subject): boolean {
  switch (target.scope) {
    case 'toolbox':
      return target.toolboxId === subject.toolboxId;
    case 'instance':
      return target.instanceId === subject.instanceId;
    case 'offering':
      return (
        target.instanceId === subject.instanceId &&
        target.kind === subject.kind &&
        target.name === subject.name
      );
  }
}

const breadth = { offering: 0, instance: 1, toolbox: 2 } as const;

/** The narrower grant; of equals the older one, ids being time-ordered. */
function preferred(a: Grant | undefined, b: Grant): Grant {
  if (a === undefined) return b;
  const difference = breadth[a.target.scope] - breadth[b.target.scope];
  return difference < 0 || (difference === 0 && a.id <= b.id) ? a : b;
}

function higher(a: Grant | undefined, b: Grant): Grant {
  if (a === undefined || (a.level !== b.level && levelCovers(b.level, a.level))) return b;
  return a.level === b.level ? preferred(a, b) : a;
}
