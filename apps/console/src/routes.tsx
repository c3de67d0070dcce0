import { levels } from '@plugboard/contracts';
import type { QueryClient } from '@tanstack/react-query';
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
} from '@tanstack/react-router';

import { orpc } from './api/client.ts';
import { flag, number, oneOf, text } from './search-parameters.ts';
import { AppShell } from './shell/AppShell.tsx';
import { PageSkeleton } from './shell/PageSkeleton.tsx';
import { NotFound, RouteError } from './shell/RouteError.tsx';

interface RouterContext {
  readonly client: QueryClient;
}

const root = createRootRouteWithContext<RouterContext>()({
  // Every page needs to know who looks at it; without a session this leads to signing in.
  loader: ({ context }) =>
    context.client.ensureQueryData(orpc.me.queryOptions({ staleTime: Infinity })),
  component: AppShell,
  errorComponent: RouteError,
  notFoundComponent: NotFound,
});

/** A page whose code is loaded when it is first gone to. Links may leave out what its URL says. */
const at = <Path extends string, Search extends object>(
  path: Path,
  component: ReturnType<typeof lazyRouteComponent>,
  readSearch: (raw: Record<string, unknown>) => Search,
) => {
  const validateSearch = (raw: Record<string, unknown>): Partial<Search> => readSearch(raw);
  return createRoute({ getParentRoute: () => root, path, component, validateSearch });
};

const nothing = () => ({});
const sorting = (raw: Record<string, unknown>) => ({
  sort: text(raw, 'sort'),
  descending: flag(raw, 'descending'),
});

const routeTree = root.addChildren([
  at(
    '/',
    lazyRouteComponent(() => import('./pages/home/HomePage.tsx'), 'HomePage'),
    nothing,
  ),
  at(
    '/welcome',
    lazyRouteComponent(() => import('./pages/welcome/WelcomePage.tsx'), 'WelcomePage'),
    (raw) => ({ client: text(raw, 'client') }),
  ),
  at(
    // With its slash, or the names of servers below would match it: an empty one.
    '/marketplace/',
    lazyRouteComponent(() => import('./pages/marketplace/MarketplacePage.tsx'), 'MarketplacePage'),
    (raw) => ({ q: text(raw, 'q'), show: oneOf(raw, 'show', ['servers', 'tools']) }),
  ),
  // Names of servers hold slashes.
  at(
    '/marketplace/$',
    lazyRouteComponent(() => import('./pages/server/ServerPage.tsx'), 'ServerPage'),
    (raw) => ({ tab: text(raw, 'tab') }),
  ),
  at(
    '/install',
    lazyRouteComponent(() => import('./pages/install/InstallPage.tsx'), 'InstallPage'),
    (raw) => ({
      server: text(raw, 'server'),
      toolbox: text(raw, 'toolbox'),
      preset: text(raw, 'preset'),
      // How far it is, and what was made of it at the end.
      step: text(raw, 'step'),
      instance: text(raw, 'instance'),
    }),
  ),
  at(
    '/toolboxes',
    lazyRouteComponent(() => import('./pages/toolboxes/ToolboxesPage.tsx'), 'ToolboxesPage'),
    (raw) => ({ new: flag(raw, 'new') }),
  ),
  at(
    '/instances',
    lazyRouteComponent(() => import('./pages/instances/InstancesPage.tsx'), 'InstancesPage'),
    (raw) => ({
      q: text(raw, 'q'),
      state: text(raw, 'state'),
      toolbox: text(raw, 'toolbox'),
      updates: flag(raw, 'updates'),
      ...sorting(raw),
    }),
  ),
  at(
    '/instances/$instance',
    lazyRouteComponent(() => import('./pages/instance/InstancePage.tsx'), 'InstancePage'),
    (raw) => ({
      tab: text(raw, 'tab'),
      // Of its tools: what is listed, and the one that is open.
      q: text(raw, 'q'),
      kind: oneOf(raw, 'kind', ['tool', 'prompt', 'resource', 'resource_template']),
      name: text(raw, 'name'),
      // Of its updates: which version is looked at.
      to: text(raw, 'to'),
    }),
  ),
  at(
    '/agents',
    lazyRouteComponent(() => import('./pages/agents/AgentsPage.tsx'), 'AgentsPage'),
    (raw) => ({ q: text(raw, 'q'), new: flag(raw, 'new'), ...sorting(raw) }),
  ),
  at(
    '/agents/$agent',
    lazyRouteComponent(() => import('./pages/agent/AgentPage.tsx'), 'AgentPage'),
    (raw) => ({
      tab: text(raw, 'tab'),
      // Of its tools: which are listed.
      q: text(raw, 'q'),
      instance: text(raw, 'instance'),
      level: oneOf(raw, 'level', levels),
      show: oneOf(raw, 'show', ['allowed', 'refused', 'all']),
    }),
  ),
  at(
    '/matrix',
    lazyRouteComponent(() => import('./pages/matrix/MatrixPage.tsx'), 'MatrixPage'),
    (raw) => ({
      q: text(raw, 'q'),
      agent: text(raw, 'agent'),
      instance: text(raw, 'instance'),
      toolbox: text(raw, 'toolbox'),
      show: oneOf(raw, 'show', ['matrix', 'log']),
    }),
  ),
  at(
    '/playground',
    lazyRouteComponent(() => import('./pages/playground/PlaygroundPage.tsx'), 'PlaygroundPage'),
    (raw) => ({
      agent: text(raw, 'agent'),
      instance: text(raw, 'instance'),
      tool: text(raw, 'tool'),
      kind: text(raw, 'kind'),
    }),
  ),
  at(
    '/credentials',
    lazyRouteComponent(() => import('./pages/credentials/CredentialsPage.tsx'), 'CredentialsPage'),
    (raw) => ({
      q: text(raw, 'q'),
      kind: text(raw, 'kind'),
      provider: text(raw, 'provider'),
      label: text(raw, 'label'),
      owner: oneOf(raw, 'owner', ['organization', 'member', 'agent']),
      expiring: number(raw, 'expiring'),
      unused: flag(raw, 'unused'),
      mine: flag(raw, 'mine'),
      new: flag(raw, 'new'),
      ...sorting(raw),
    }),
  ),
  at(
    '/credentials/$credential',
    lazyRouteComponent(() => import('./pages/credentials/CredentialPage.tsx'), 'CredentialPage'),
    nothing,
  ),
  at(
    '/connections',
    lazyRouteComponent(() => import('./pages/connections/ConnectionsPage.tsx'), 'ConnectionsPage'),
    (raw) => ({
      q: text(raw, 'q'),
      state: text(raw, 'state'),
      mine: flag(raw, 'mine'),
      connection: text(raw, 'connection'),
      request: text(raw, 'request'),
      new: flag(raw, 'new'),
    }),
  ),
  at(
    '/audit',
    lazyRouteComponent(() => import('./pages/audit/AuditPage.tsx'), 'AuditPage'),
    (raw) => ({
      q: text(raw, 'q'),
      kind: text(raw, 'kind'),
      agent: text(raw, 'agent'),
      instance: text(raw, 'instance'),
      member: text(raw, 'member'),
      outcome: text(raw, 'outcome'),
      call: text(raw, 'call'),
      /** How far back, such as `24h`, counted from now; or from and to a moment. */
      range: text(raw, 'range'),
      since: text(raw, 'since'),
      until: text(raw, 'until'),
    }),
  ),
  at(
    '/audit/$seq',
    lazyRouteComponent(() => import('./pages/audit/AuditRecordPage.tsx'), 'AuditRecordPage'),
    nothing,
  ),
  at(
    '/people',
    lazyRouteComponent(() => import('./pages/people/PeoplePage.tsx'), 'PeoplePage'),
    (raw) => ({ tab: text(raw, 'tab'), invite: flag(raw, 'invite') }),
  ),
  at(
    '/settings',
    lazyRouteComponent(() => import('./pages/settings/SettingsPage.tsx'), 'SettingsPage'),
    (raw) => ({ part: text(raw, 'part'), page: number(raw, 'page') }),
  ),
]);

/** All pages of the console. */
export function createConsoleRouter(client: QueryClient) {
  return createRouter({
    routeTree,
    context: { client },
    defaultPreload: 'intent',
    defaultPendingComponent: PageSkeleton,
    defaultErrorComponent: RouteError,
    scrollRestoration: true,
  });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
