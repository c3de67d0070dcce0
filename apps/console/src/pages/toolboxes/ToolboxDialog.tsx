import { type Level, levels } from '@plugboard/contracts';
import type { Toolbox } from '@plugboard/contracts/api';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';

import { api, orpc } from '../../api/client.ts';
import { fieldErrors, readError } from '../../api/errors.ts';
import { tellDone, tellFailed } from '../../shell/toast-manager.ts';
import { Field } from '../../ui/Field.tsx';
import { FormDialog } from '../../ui/FormDialog.tsx';
import { aboutLevel } from '../../ui/LevelBadge.tsx';
import { Select } from '../../ui/Select.tsx';
import { TextInput } from '../../ui/TextInput.tsx';

export interface ToolboxDialogProps {
  /** The one to change; a new one when undefined. */
  readonly toolbox: Toolbox | undefined;
  readonly onClose: () => void;
}

type Environment = Toolbox['environment'];

const environments: readonly { value: Environment; label: string; about: string }[] = [
  { value: 'dev', label: 'dev', about: 'To try things' },
  { value: 'staging', label: 'staging', about: 'As in production, without consequences' },
  { value: 'prod', label: 'prod', about: 'What matters' },
];

/** Makes a toolbox, or changes its name, environment and what members may lend of it. */
export function ToolboxDialog({ toolbox, onClose }: ToolboxDialogProps) {
  const client = useQueryClient();
  const [slug, setSlug] = useState('');
  const [name, setName] = useState(toolbox?.name ?? '');
  const [environment, setEnvironment] = useState<Environment>(toolbox?.environment ?? 'dev');
  const [memberLevel, setMemberLevel] = useState<Level | 'none'>(toolbox?.memberLevel ?? 'none');
  const reread = () => {
    void client.invalidateQueries({ queryKey: orpc.toolboxes.key() });
    void client.invalidateQueries({ queryKey: orpc.access.key() });
  };
  const restore = (before: Toolbox) =>
    void api.toolboxes
      .change({
        toolbox: before.id,
        name: before.name,
        environment: before.environment,
        memberLevel: before.memberLevel ?? null,
      })
      .then(reread, (error: unknown) => tellFailed(readError(error).message));
  const save = useMutation({
    mutationFn: async () => {
      const level = memberLevel === 'none' ? null : memberLevel;
      const trimmed = name.trim();
      if (toolbox !== undefined) {
        return api.toolboxes.change({
          toolbox: toolbox.id,
          ...(trimmed !== '' && { name: trimmed }),
          environment,
          memberLevel: level,
        });
      }
      const made = await api.toolboxes.create({
        slug: slug.trim(),
        environment,
        ...(trimmed !== '' && { name: trimmed }),
      });
      return level === null ? made : api.toolboxes.change({ toolbox: made.id, memberLevel: level });
    },
    onError: () => undefined,
    onSuccess(saved) {
      reread();
      tellDone(
        toolbox === undefined ? `Made the toolbox ${saved.slug}` : `Changed ${saved.slug}`,
        toolbox && (() => restore(toolbox)),
      );
      onClose();
    },
  });
  const errors = fieldErrors(save.error);
  const isReady = toolbox !== undefined || slug.trim() !== '';
  return (
    <FormDialog
      width="small"
      title={toolbox === undefined ? 'New toolbox' : `Change ${toolbox.slug}`}
      action={toolbox === undefined ? 'Create' : 'Save'}
      busy={save.isPending}
      disabled={!isReady}
      error={save.error}
      onSubmit={() => save.mutate()}
      onClose={onClose}
    >
      {toolbox === undefined && (
        <Field
          label="Name in URLs"
          required
          about="Lower-case letters, digits and hyphens. It stays: agents connect to it."
          error={errors['slug']}
        >
          <TextInput
            value={slug}
            autoComplete="off"
            placeholder="research"
            onChange={(event) => setSlug(event.currentTarget.value)}
          />
        </Field>
      )}
      <Field label="Name" about="For people. As in URLs when left empty." error={errors['name']}>
        <TextInput value={name} onChange={(event) => setName(event.currentTarget.value)} />
      </Field>
      <Field
        label="Environment"
        about="Instances inherit the settings that their servers have for it."
      >
        <Select value={environment} onValue={setEnvironment} options={environments} />
      </Field>
      <Field
        label="Members may lend it"
        about="Up to which level members may give it to agents of their own."
      >
        <Select
          value={memberLevel}
          onValue={setMemberLevel}
          options={[
            { value: 'none', label: 'Not at all' },
            ...levels.map((level) => ({
              value: level,
              label: `Up to ${level}`,
              about: aboutLevel(level),
            })),
          ]}
        />
      </Field>
    </FormDialog>
  );
}
