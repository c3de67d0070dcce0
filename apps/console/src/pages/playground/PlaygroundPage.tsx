import type { AccessDecision } from '@plugboard/contracts/api';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { Bot, FlaskConical } from 'lucide-react';
import { useRef, useState } from 'react';

import { orpc } from '../../api/client.ts';
import { Page } from '../../shell/Page.tsx';
import { useMay } from '../../shell/use-me.ts';
import { ButtonLink } from '../../ui/ButtonLink.tsx';
import { Card, Section } from '../../ui/Card.tsx';
import { Combobox } from '../../ui/Combobox.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Field } from '../../ui/Field.tsx';
import { Skeleton, SkeletonRows } from '../../ui/Skeleton.tsx';
import { appUriOf } from './apps/app-definition.ts';
import { AppPanel } from './apps/AppPanel.tsx';
import { type TriedCall, useCallHistory, useTryCall } from './call-history.ts';
import { CallForm } from './CallForm.tsx';
import { CallView } from './CallView.tsx';
import { History } from './History.tsx';
import { OfferingList } from './OfferingList.tsx';

const route = getRouteApi('/playground');
type Kind = 'tool' | 'prompt' | 'resource';

/** Tries a tool, prompt or resource as an agent: decided and recorded like any call of it. */
export function PlaygroundPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const may = useMay();
  const agents = useQuery(orpc.agents.list.queryOptions());
  const instances = useQuery(orpc.instances.list.queryOptions());
  const agent = search.agent ?? agents.data?.agents[0]?.slug;
  const instance = search.instance ?? instances.data?.instances[0]?.slug;
  const tools = useQuery({
    ...orpc.access.tools.queryOptions({
      input: { agent: agent ?? '', instance: instance ?? '', all: true },
    }),
    enabled: agent !== undefined && instance !== undefined,
  });
  const kind = search.kind ?? 'tool';
  const tool = tools.data?.tools.find(
    (each) => each.name === search.tool && (each.kind === kind || search.kind === undefined),
  );
  const definition = useQuery({
    ...orpc.offerings.definition.queryOptions({
      input: { instance: instance ?? '', kind: tool?.kind ?? 'tool', name: tool?.name ?? '' },
    }),
    enabled: tool !== undefined,
  });
  const tryCall = useTryCall();
  const history = useCallHistory();
  const [shown, setShown] = useState<TriedCall>();
  const [start, setStart] = useState<TriedCall>();
  const [busy, setBusy] = useState(false);
  const stop = useRef<AbortController>(undefined);

  const change = (part: Partial<typeof search>) =>
    void navigate({ search: (before) => ({ ...before, ...part }), replace: true });
  const choose = (each: AccessDecision) =>
    change({
      agent,
      instance,
      tool: each.name,
      kind: each.kind === 'tool' ? undefined : each.kind,
    });

  async function run(
    callKind: Kind,
    name: string,
    input: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    if (agent === undefined || instance === undefined) return;
    setBusy(true);
    stop.current = new AbortController();
    const call = { agent, instance, kind: callKind, name, input };
    setShown(await tryCall(call, stop.current.signal));
    setBusy(false);
  }

  function again(tried: TriedCall): void {
    const { call } = tried;
    setStart(tried);
    setShown(tried);
    change({
      agent: call.agent,
      instance: call.instance,
      tool: call.name,
      kind: call.kind === 'tool' ? undefined : call.kind,
    });
  }

  const appUri =
    shown?.result?.outcome === 'ok' &&
    shown.call.kind === 'tool' &&
    shown.call.name === tool?.name &&
    shown.call.instance === instance
      ? appUriOf(definition.data?.definition)
      : undefined;

  return (
    <Page
      title="Playground"
      about="Call a tool as an agent and see what it gets. Each call is decided, limited and recorded like any of the agent’s own."
    >
      {!may('call.create') ? (
        <Card>
          <EmptyState icon={<FlaskConical aria-hidden />} title="Your role may not call tools">
            Owners and admins try tools here. You can look at what agents may use under Permissions.
          </EmptyState>
        </Card>
      ) : agents.error || instances.error ? (
        <ErrorState
          error={agents.error ?? instances.error}
          onRetry={() => void Promise.all([agents.refetch(), instances.refetch()])}
        />
      ) : !agents.data || !instances.data ? (
        <Card>
          <SkeletonRows />
        </Card>
      ) : agents.data.agents.length === 0 || instances.data.instances.length === 0 ? (
        <Card>
          <EmptyState
            icon={<Bot aria-hidden />}
            title={agents.data.agents.length === 0 ? 'No agent yet' : 'No server yet'}
            action={
              agents.data.agents.length === 0 ? (
                <ButtonLink variant="primary" to="/agents" search={{ new: true }}>
                  New agent
                </ButtonLink>
              ) : (
                <ButtonLink variant="primary" to="/marketplace">
                  Add a server
                </ButtonLink>
              )
            }
          >
            Here an agent meets a server’s tools: it takes one of each.
          </EmptyState>
        </Card>
      ) : (
        <div className="grid min-w-0 gap-5 lg:grid-cols-[20rem_minmax(0,1fr)] lg:items-start">
          <Section title="What to try">
            <div className="flex flex-col gap-4">
              <Field label="As agent">
                <Combobox
                  label="As agent"
                  value={agent}
                  onValue={(next) => change({ agent: next })}
                  options={agents.data.agents.map(({ slug, name }) => ({
                    value: slug,
                    label: name,
                    about: slug,
                  }))}
                />
              </Field>
              <Field label="On server">
                <Combobox
                  label="On server"
                  value={instance}
                  onValue={(next) => change({ instance: next, tool: undefined, kind: undefined })}
                  options={instances.data.instances.map(({ slug, title, toolbox }) => ({
                    value: slug,
                    label: slug,
                    about: `${title} in ${toolbox.slug}`,
                  }))}
                />
              </Field>
              {tools.error ? (
                <ErrorState error={tools.error} onRetry={() => void tools.refetch()} />
              ) : !tools.data ? (
                <Skeleton className="h-60 w-full" />
              ) : tools.data.tools.length === 0 ? (
                <p className="text-sm text-soft">
                  It offers nothing yet: its tools are known after its first start.
                </p>
              ) : (
                <OfferingList tools={tools.data.tools} chosen={tool} onChoose={choose} />
              )}
            </div>
          </Section>
          <div className="flex min-w-0 flex-col gap-5">
            <Card className="p-4 sm:p-5">
              {!tool ? (
                <EmptyState icon={<FlaskConical aria-hidden />} title="Choose a tool">
                  Its form comes from what the server says that it takes.
                </EmptyState>
              ) : definition.error ? (
                <ErrorState error={definition.error} onRetry={() => void definition.refetch()} />
              ) : !definition.data ? (
                <Skeleton className="h-40 w-full" />
              ) : (
                <CallForm
                  key={`${instance} ${tool.kind} ${tool.name} ${start?.id}`}
                  tool={tool}
                  definition={definition.data}
                  busy={busy}
                  start={start?.call.name === tool.name ? start.call.input : undefined}
                  onRun={(name, input) => void run(kindOfCall(tool), name, input)}
                  onStop={() => stop.current?.abort()}
                />
              )}
            </Card>
            {shown && (
              <CallView
                key={shown.id}
                tried={shown}
                onAgain={() => again(shown)}
                onRead={(uri) => void run('resource', uri, {})}
              />
            )}
            {shown && appUri !== undefined && (
              <AppPanel
                key={`app ${shown.id}`}
                tried={shown}
                definition={definition.data?.definition}
                uri={appUri}
              />
            )}
            {history.length > 0 && <History tried={history} onChoose={again} />}
          </div>
        </div>
      )}
    </Page>
  );
}

function kindOfCall({ kind }: AccessDecision): Kind {
  return kind === 'tool' || kind === 'prompt' ? kind : 'resource';
}
