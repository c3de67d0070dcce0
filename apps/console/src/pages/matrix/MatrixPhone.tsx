import { ListTree } from 'lucide-react';

import type { Setting } from '../../access/grant-changes.ts';
import { Badge } from '../../ui/Badge.tsx';
import { Section } from '../../ui/Card.tsx';
import { Combobox } from '../../ui/Combobox.tsx';
import { Field } from '../../ui/Field.tsx';
import { IconButton } from '../../ui/IconButton.tsx';
import { Untrusted } from '../../ui/Untrusted.tsx';
import { LevelCell } from './LevelCell.tsx';
import { LevelSelect } from '../../access/LevelSelect.tsx';
import type { ChosenCell, MatrixModel } from './matrix-model.ts';

export interface MatrixPhoneProps {
  readonly model: MatrixModel;
  /** The slug of the agent that is looked at. */
  readonly agent: string | undefined;
  readonly onAgent: (slug: string) => void;
  readonly onSet: (cell: ChosenCell, setting: Setting) => void;
  readonly onTools: (cell: ChosenCell) => void;
  readonly readOnly: boolean;
}

/** The matrix where there is room for one agent: it is chosen first, then come its servers. */
export function MatrixPhone(props: MatrixPhoneProps) {
  const { model, agent: slug, onAgent, onSet, onTools, readOnly } = props;
  const agent = model.agents.find((each) => each.slug === slug) ?? model.agents[0];
  if (!agent) return null;
  return (
    <div className="flex flex-col gap-4">
      <Field label="Agent">
        <Combobox
          label="Agent"
          options={model.agents.map((each) => ({
            value: each.slug,
            label: each.name,
            about: each.slug,
          }))}
          value={agent.slug}
          onValue={onAgent}
        />
      </Field>
      {model.columns
        .filter((column) => column.scope === 'toolbox')
        .map((box) => (
          <Section
            key={box.id}
            title={<Untrusted>{box.toolbox.name}</Untrusted>}
            about={<Badge>{box.toolbox.environment}</Badge>}
            flush
            actions={
              <Setter
                cell={{ agent, column: box }}
                {...{ model, onSet, readOnly }}
                label={`All of ${box.toolbox.slug}`}
              />
            }
          >
            <ul className="divide-y divide-line">
              {model.columns
                .filter((each) => each.scope === 'instance' && each.toolbox.id === box.id)
                .map((column) => (
                  <li
                    key={column.id}
                    className="flex items-center gap-2 px-4 py-2.5 [contain-intrinsic-size:auto_3.5rem] [content-visibility:auto]"
                  >
                    <span className="min-w-0 flex-1">
                      <span className="block truncate text-sm font-medium">
                        {column.scope === 'instance' && column.instance.slug}
                      </span>
                      {column.scope === 'instance' && (
                        <Untrusted className="block truncate text-xs text-faint">
                          {column.instance.title}
                        </Untrusted>
                      )}
                    </span>
                    <Setter
                      cell={{ agent, column }}
                      {...{ model, onSet, readOnly }}
                      label={column.scope === 'instance' ? column.instance.slug : ''}
                    />
                    <IconButton
                      label={`Tools of ${column.scope === 'instance' ? column.instance.slug : ''}`}
                      icon={<ListTree className="size-4" aria-hidden />}
                      onClick={() => onTools({ agent, column })}
                    />
                  </li>
                ))}
            </ul>
          </Section>
        ))}
    </div>
  );
}

function Setter({
  cell,
  model,
  onSet,
  readOnly,
  label,
}: Pick<MatrixPhoneProps, 'model' | 'onSet' | 'readOnly'> & {
  readonly cell: ChosenCell;
  readonly label: string;
}) {
  const view = model.viewAt(cell.agent.id, cell.column);
  if (readOnly) {
    return (
      <span className="inline-flex">
        <LevelCell view={view} />
      </span>
    );
  }
  return <LevelSelect label={label} view={view} onSetting={(setting) => onSet(cell, setting)} />;
}
