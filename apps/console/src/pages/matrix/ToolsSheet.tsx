import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';

import { ExpirySelect, type Duration, endOf } from '../../access/ExpirySelect.tsx';
import type { Setting } from '../../access/grant-changes.ts';
import { LevelSelect } from '../../access/LevelSelect.tsx';
import { changesForTool, ruleOf } from '../../access/tool-rules.ts';
import { ToolRow } from '../../access/ToolRow.tsx';
import type { useSetGrants } from '../../access/use-set-grants.tsx';
import { orpc } from '../../api/client.ts';
import { Dialog } from '../../ui/Dialog.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { ErrorState } from '../../ui/ErrorState.tsx';
import { Field } from '../../ui/Field.tsx';
import { SearchField } from '../../ui/SearchField.tsx';
import { SkeletonRows } from '../../ui/Skeleton.tsx';
import { TextLink } from '../../ui/TextLink.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';
import type { CellView } from '../../access/grant-changes.ts';
import type { MatrixAgent, MatrixInstance } from './matrix-model.ts';

export interface ToolsSheetProps {
  readonly agent: MatrixAgent;
  readonly instance: MatrixInstance;
  readonly view: CellView;
  readonly onClose: () => void;
  readonly onLevel: (setting: Setting, expiresAt: string | undefined) => void;
  readonly setGrants: ReturnType<typeof useSetGrants>['set'];
  readonly readOnly: boolean;
}

/** What an agent may do with one server, tool by tool, and why. */
export function ToolsSheet(props: ToolsSheetProps) {
  const { agent, instance, view, onClose, onLevel, setGrants, readOnly } = props;
  const [q, setQ] = useState('');
  const [duration, setDuration] = useState<Duration>('always');
  const tools = useQuery(
    orpc.access.tools.queryOptions({
      input: { agent: agent.slug, instance: instance.slug, all: true },
    }),
  );
  const grants = useQuery(orpc.grants.list.queryOptions({ input: { agent: agent.slug } }));
  const shown = (tools.data?.tools ?? []).filter(({ name }) =>
    name.toLowerCase().includes(q.trim().toLowerCase()),
  );
  const allowed = tools.data?.tools.filter((tool) => tool.allowed).length;
  return (
    <Dialog
      open
      onOpen={(open) => !open && onClose()}
      kind="side"
      title={
        <>
          <Untrusted>{agent.name}</Untrusted> on {instance.slug}
        </>
      }
      about={
        <>
          {allowed === undefined
            ? 'Each tool, and why'
            : `${allowed} of ${tools.data?.total ?? 0} may be used`}
          {' · '}
          <TextLink
            to="/playground"
            search={{ agent: agent.slug, instance: instance.slug }}
            className="underline"
          >
            Try one
          </TextLink>
        </>
      }
    >
      {!readOnly && (
        <div className="mb-4 grid grid-cols-2 gap-3">
          <Field label="Level on all of it">
            <LevelSelect
              label="Level on all of it"
              className="w-full"
              view={view}
              onSetting={(setting) => onLevel(setting, endOf(duration))}
            />
          </Field>
          <Field label="What is set now holds">
            <ExpirySelect label="What is set now holds" value={duration} onValue={setDuration} />
          </Field>
        </div>
      )}
      {tools.error ? (
        <ErrorState error={tools.error} onRetry={() => void tools.refetch()} />
      ) : !tools.data ? (
        <SkeletonRows className="h-14" />
      ) : tools.data.tools.length === 0 ? (
        <EmptyState title="It offers nothing yet">
          A server’s tools are known after its first start.
        </EmptyState>
      ) : (
        <>
          {tools.data.tools.length > 8 && (
            <SearchField
              label="Search its tools"
              value={q}
              onValue={setQ}
              className="mb-2 w-full"
            />
          )}
          <ul className="divide-y divide-line">
            {shown.map((tool) => (
              <ToolRow
                key={`${tool.kind} ${tool.name}`}
                tool={tool}
                ruled={ruleOf(grants.data?.grants ?? [], tool)}
                onRule={
                  readOnly
                    ? undefined
                    : (rule) =>
                        void setGrants(
                          changesForTool(agent.slug, tool, rule, endOf(duration)),
                          {
                            allow: `Allowed ${tool.name}`,
                            deny: `Forbade ${tool.name}`,
                            above: `${tool.name} goes by the server’s level`,
                          }[rule],
                        )
                }
              />
            ))}
          </ul>
        </>
      )}
    </Dialog>
  );
}
