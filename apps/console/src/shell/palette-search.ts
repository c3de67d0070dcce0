import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useRouter } from '@tanstack/react-router';
import { Blocks, Bot, KeyRound, Package, Store } from 'lucide-react';

import { orpc } from '../api/client.ts';
import { useRested } from '../ui/use-rested.ts';
import type { Command } from './palette-commands.ts';
import { catalogGroup, fits } from './palette-match.ts';
import { useMay } from './use-me.ts';

const restMs = 150;
const perGroup = 5;

interface Found {
  readonly commands: readonly Command[];
  /** Whether something is still being looked for. */
  readonly busy: boolean;
}

/** What there is by name, for what is typed: looked for when typing rests, a few of each kind. */
export function useFound(text: string): Found {
  const router = useRouter();
  const may = useMay();
  const typed = useRested(text.trim(), restMs);
  const enabled = typed !== '';
  const instances = useQuery(orpc.instances.list.queryOptions({ enabled }));
  const agents = useQuery(orpc.agents.list.queryOptions({ enabled }));
  const toolboxes = useQuery(orpc.toolboxes.list.queryOptions({ enabled }));
  const credentials = useQuery(
    orpc.credentials.list.queryOptions({ enabled: enabled && may('credential.read') }),
  );
  const catalog = useQuery(
    orpc.catalog.search.queryOptions({
      input: { q: typed, limit: perGroup },
      enabled,
      placeholderData: keepPreviousData,
    }),
  );
  if (text.trim() === '') return { commands: [], busy: false };
  const commands = [
    ...matching(text, instances.data?.instances, (each): Command => ({
      id: `instance:${each.id}`,
      label: each.slug,
      about: each.title === each.slug ? each.toolbox.slug : `${each.title} in ${each.toolbox.slug}`,
      group: 'Instances',
      icon: Blocks,
      picture: each.icon,
      run: () =>
        void router.navigate({ to: '/instances/$instance', params: { instance: each.slug } }),
    })),
    ...matching(text, agents.data?.agents, (each): Command => ({
      id: `agent:${each.id}`,
      label: each.name,
      about: each.slug,
      group: 'Agents',
      icon: Bot,
      run: () => void router.navigate({ to: '/agents/$agent', params: { agent: each.slug } }),
    })),
    ...matching(text, toolboxes.data?.toolboxes, (each): Command => ({
      id: `toolbox:${each.id}`,
      label: each.name,
      about: each.environment,
      words: each.slug,
      group: 'Toolboxes',
      icon: Package,
      run: () => void router.navigate({ to: '/instances', search: { toolbox: each.slug } }),
    })),
    ...matching(text, credentials.data?.credentials, (each): Command => ({
      id: `credential:${each.id}`,
      label: each.name,
      about: each.owner.name,
      group: 'Credentials',
      icon: KeyRound,
      run: () =>
        void router.navigate({
          to: '/credentials/$credential',
          params: { credential: each.id },
        }),
    })),
    ...(enabled ? (catalog.data?.servers ?? []) : []).map((each): Command => ({
      id: `server:${each.name}`,
      label: each.title,
      about: each.publisher,
      group: catalogGroup,
      icon: Store,
      picture: each.icon,
      run: () => void router.navigate({ to: '/marketplace/$', params: { _splat: each.name } }),
    })),
  ];
  const queries = [instances, agents, toolboxes, credentials, catalog];
  return {
    commands,
    busy: typed !== text.trim() || queries.some(({ isFetching }) => isFetching),
  };
}

/** The first few whose command has all words of the text. */
function matching<Item>(
  text: string,
  items: readonly Item[] | undefined,
  toCommand: (item: Item) => Command,
): readonly Command[] {
  const found: Command[] = [];
  for (const item of items ?? []) {
    const command = toCommand(item);
    if (fits(command, text)) found.push(command);
    if (found.length === perGroup) break;
  }
  return found;
}
