import type { CredentialView } from '@plugboard/contracts/api';
import { useState } from 'react';

import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { Field } from '../../ui/Field.tsx';
import { FilterToggle } from '../../ui/FilterToggle.tsx';
import { plural } from '../../ui/format.ts';
import { TextInput } from '../../ui/TextInput.tsx';
import { readLabels } from './read-secret-form.ts';

export interface BulkLabelDialogProps {
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  readonly credentials: readonly CredentialView[];
  readonly onLabel: (add: string[], remove: string[]) => Promise<void>;
}

/** Gives labels to many credentials, and takes some away. */
export function BulkLabelDialog({ open, onOpen, credentials, onLabel }: BulkLabelDialogProps) {
  const [text, setText] = useState('');
  const [removed, setRemoved] = useState<ReadonlySet<string>>(new Set());
  const there = [...new Set(credentials.flatMap(({ labels }) => labels))].toSorted();
  const toggle = (label: string, on: boolean) =>
    setRemoved(new Set(on ? [...removed, label] : [...removed].filter((each) => each !== label)));
  return (
    <ConfirmDialog
      open={open}
      onOpen={onOpen}
      title={`Label ${plural(credentials.length, 'credential')}`}
      action="Set labels"
      danger={false}
      onConfirm={async () => {
        await onLabel(
          readLabels(text),
          [...removed].filter((label) => there.includes(label)),
        );
        setText('');
        setRemoved(new Set());
      }}
    >
      <div className="flex flex-col gap-4">
        <Field label="Add" about="With commas or spaces between them: prod, team:payments.">
          <TextInput
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
            autoComplete="off"
          />
        </Field>
        {there.length > 0 && (
          <div className="flex flex-col gap-1.5">
            <span className="text-sm font-medium text-ink">Take away</span>
            <div className="flex flex-wrap gap-2">
              {there.map((label) => (
                <FilterToggle
                  key={label}
                  pressed={removed.has(label)}
                  onPressed={(on) => toggle(label, on)}
                >
                  {label}
                </FilterToggle>
              ))}
            </div>
          </div>
        )}
      </div>
    </ConfirmDialog>
  );
}
