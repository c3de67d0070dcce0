import {
  compareLocks,
  type LockChange,
  type LockDocument,
  type LockInstance,
  type LockPlan,
  type PlannedChange,
  withoutExpired,
} from '@plugboard/contracts/api';

/** How a document is to be applied, as far as the plan depends on it. */
export interface PlanManner {
  /** Epoch milliseconds. */
  readonly now: number;
  readonly prune: boolean;
  readonly acceptDefinitions: boolean;
  /** Names of the secrets given, by instance. */
  readonly secretNames: Readonly<Record<string, readonly string[]>>;
  /** The sources whose token is given. */
  readonly tokensOf: readonly string[];
}

/** A change as planned, with what applying it needs. */
export type Step = LockChange & Pick<PlannedChange, 'problem' | 'note' | 'kept'>;

export interface LockSteps extends Omit<LockPlan, 'changes' | 'digest'> {
  readonly changes: readonly Step[];
}

/**
 * What makes `wanted` of `current`, in the order to do it, with what cannot be done and why, and the
 * secrets that are missing for it. Pure: it asks nobody.
 */
export function planLock(
  current: LockDocument,
  wanted: LockDocument,
  manner: PlanManner,
): LockSteps {
  const inForce = withoutExpired(wanted, manner.now);
  const changes = compareLocks(withoutExpired(current, manner.now), inForce);
  const after = stateAfter(current, inForce, manner.prune);
  const judge = { current, wanted: inForce, after, manner };
  return {
    changes: changes.map((change) => ({
      ...change,
      ...(change.action === 'delete' ? judgeDeletion(change, judge) : judgeChange(change, judge)),
    })),
    missingSecrets: (inForce.instances ?? []).flatMap((instance) =>
      missingSecrets(instance, current, manner).map((name) => ({ instance: instance.slug, name })),
    ),
    missingTokens: (inForce.sources ?? []).flatMap(({ slug, token }) => {
      const has = current.sources?.some((source) => source.slug === slug && source.token) ?? false;
      return token && !has && !manner.tokensOf.includes(slug) ? [slug] : [];
    }),
  };
}

/** What there is when all is done, as far as other things need it. */
interface StateAfter {
  readonly toolboxes: ReadonlySet<string>;
  readonly instances: ReadonlyMap<string, LockInstance>;
  readonly agents: ReadonlySet<string>;
  readonly templates: ReadonlySet<string>;
}

function stateAfter(current: LockDocument, wanted: LockDocument, prune: boolean): StateAfter {
  /** With pruning a section of the document is all that stays. */
  const merged = <T>(old: readonly T[] = [], now: readonly T[] | undefined): readonly T[] =>
    now === undefined ? old : prune ? now : [...old, ...now];
  const slugs = (items: readonly { readonly slug: string }[]) =>
    new Set(items.map(({ slug }) => slug));
  return {
    toolboxes: slugs(merged(current.toolboxes, wanted.toolboxes)),
    instances: new Map(
      merged(current.instances, wanted.instances).map((each) => [each.slug, each]),
    ),
    agents: slugs(merged(current.agents, wanted.agents)),
    templates: new Set(
      merged(current.templates, wanted.templates).map(({ server, slug }) => `${server} ${slug}`),
    ),
  };
}

interface Judge {
  readonly current: LockDocument;
  readonly wanted: LockDocument;
  readonly after: StateAfter;
  readonly manner: PlanManner;
}

type Judgement = Pick<Step, 'problem' | 'note' | 'kept'>;

function judgeDeletion({ kind, id }: LockChange, { current, after, manner }: Judge): Judgement {
  const source = kind === 'source' && current.sources?.find(({ slug }) => slug === id);
  if (source && source.kind === 'bundled') {
    return { kept: true, note: 'It comes with Plugboard and can be disabled, not deleted.' };
  }
  if (!manner.prune) return { kept: true };
  if (kind === 'toolbox') {
    const holds = [...after.instances.values()].filter(({ toolbox }) => toolbox === id);
    if (holds.length > 0) {
      const names = holds.map(({ slug }) => slug).join(', ');
      return { problem: `It still holds ${names}, which the document does not delete.` };
    }
  }
  return {};
}

function judgeChange(change: LockChange, judge: Judge): Judgement {
  const { action, kind, id, fields, grant } = change;
  const { current, wanted, after } = judge;
  switch (kind) {
    case 'source': {
      const source = wanted.sources?.find(({ slug }) => slug === id);
      if (action === 'create' && source?.kind === 'bundled') {
        return { problem: 'The bundled source is there from the beginning, under its own name.' };
      }
      return fields.some(({ path }) => path === 'kind') && action === 'change'
        ? { problem: 'The kind of a source cannot change. Give the new one another slug.' }
        : {};
    }
    case 'toolbox': {
      const holds = current.instances?.some(({ toolbox }) => toolbox === id) ?? false;
      return holds && fields.some(({ path }) => path === 'environment')
        ? {
            problem:
              'It holds instances, whose configuration comes from its environment. Make another toolbox for the other environment.',
          }
        : {};
    }
    case 'instance':
      return judgeInstance(change, judge);
    case 'level': {
      const [instance, offering] = splitFirst(id);
      return noteUnlisted(after, instance, offering);
    }
    case 'grant': {
      const { agent, target } = grant?.after ?? {};
      if (agent === undefined || target === undefined) return {};
      if (!after.agents.has(agent)) return { problem: `There is no agent "${agent}".` };
      if ('toolbox' in target) {
        return after.toolboxes.has(target.toolbox)
          ? {}
          : { problem: `There is no toolbox "${target.toolbox}".` };
      }
      if (!after.instances.has(target.instance)) {
        return { problem: `There is no instance "${target.instance}".` };
      }
      return 'kind' in target
        ? noteUnlisted(after, target.instance, `${target.kind} ${target.name}`)
        : {};
    }
    case 'licence_policy':
    case 'template':
    case 'layer':
    case 'agent':
      return {};
  }
}

/** What is on a name that is not there does nothing: most often a typing error. */
function noteUnlisted(after: StateAfter, slug: string, offering: string): Judgement {
  const instance = after.instances.get(slug);
  const isThere = instance?.definitions.some(({ kind, name }) => `${kind} ${name}` === offering);
  return isThere === true
    ? {}
    : {
        note: `${slug} offers no ${offering} by this document; it does nothing until there is one.`,
      };
}

function judgeInstance(change: LockChange, { current, wanted, after, manner }: Judge): Judgement {
  const instance = wanted.instances?.find(({ slug }) => slug === change.id);
  if (!instance) return {};
  if (change.action === 'drift') {
    return manner.acceptDefinitions
      ? { note: 'It lists other definitions than are locked, which is accepted.' }
      : {
          problem:
            'It lists other definitions than are locked. Look at what changed; then write the lock anew, or accept definitions.',
        };
  }
  const problem = findProblem(instance, { current, wanted, after });
  if (problem !== undefined) return { problem };
  const { source } = instance;
  return source.type === 'npm' && source.integrity === undefined
    ? { note: 'Its integrity is not locked: the registry is believed.' }
    : {};
}

function findProblem(
  instance: LockInstance,
  { current, wanted, after }: Omit<Judge, 'manner'>,
): string | undefined {
  const { slug, toolbox, server, version, source, entry, settings } = instance;
  if (!after.toolboxes.has(toolbox)) return `There is no toolbox "${toolbox}".`;
  if (source.type === 'npm' && source.version !== version) {
    return `Its version is ${version}, but that of its package is ${source.version}.`;
  }
  if (entry && entry['name'] !== server) {
    return `Its server is ${server}, but its entry is that of another.`;
  }
  if (settings.template !== undefined && !after.templates.has(`${server} ${settings.template}`)) {
    return `${server} has no template "${settings.template}".`;
  }
  const present = current.instances?.find((each) => each.slug === slug);
  if (!present) return undefined;
  if (isRemote(present) !== isRemote(instance)) {
    return 'It cannot become another kind of server. Give the new one another slug.';
  }
  const toolboxes = [...(wanted.toolboxes ?? []), ...(current.toolboxes ?? [])];
  const environmentOf = (name: string) => toolboxes.find((each) => each.slug === name)?.environment;
  const [from, to] = [environmentOf(present.toolbox), environmentOf(toolbox)];
  return present.toolbox !== toolbox && from !== to
    ? 'It cannot move to a toolbox of another environment. Give the new one another slug.'
    : undefined;
}

function isRemote({ source }: LockInstance): boolean {
  return source.type === 'remote';
}

function missingSecrets(
  { slug, secrets }: LockInstance,
  current: LockDocument,
  { secretNames }: PlanManner,
): readonly string[] {
  const present = current.instances?.find((each) => each.slug === slug)?.secrets ?? [];
  const given = Object.hasOwn(secretNames, slug) ? (secretNames[slug] ?? []) : [];
  return secrets.filter((name) => !present.includes(name) && !given.includes(name)).toSorted();
}

/** At the first space: slugs have none. */
export function splitFirst(text: string): [string, string] {
  const at = text.indexOf(' ');
  return [text.slice(0, at), text.slice(at + 1)];
}

/** At the last space: the names of servers may have some, slugs have none. */
export function splitLast(text: string): [string, string] {
  const at = text.lastIndexOf(' ');
  return [text.slice(0, at), text.slice(at + 1)];
}
