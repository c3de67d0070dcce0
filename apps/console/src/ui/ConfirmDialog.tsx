import { type ReactNode, useState } from 'react';

import { Button } from './Button.tsx';
import { Dialog } from './Dialog.tsx';
import { Problem } from './ErrorState.tsx';
import { Field } from './Field.tsx';
import { TextInput } from './TextInput.tsx';

export interface ConfirmDialogProps {
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
  /** A question, such as "Remove the instance memory?". */
  readonly title: string;
  /** What will happen, and what can be done about it later. */
  readonly children: ReactNode;
  /** The verb on the button. */
  readonly action: string;
  /** What has to be typed first, for what cannot be undone. */
  readonly typeName?: string;
  readonly danger?: boolean;
  /** Resolves when it is done; its failure is shown and the dialog stays. */
  readonly onConfirm: () => Promise<unknown>;
}

/** Asks before doing what cannot be taken back. */
export function ConfirmDialog({
  open,
  onOpen,
  title,
  children,
  action,
  typeName,
  danger = true,
  onConfirm,
}: ConfirmDialogProps) {
  const [typed, setTyped] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>();

  const close = (next: boolean) => {
    if (!next) {
      setTyped('');
      setError(undefined);
    }
    onOpen(next);
  };
  const confirm = async () => {
    setBusy(true);
    setError(undefined);
    try {
      await onConfirm();
      close(false);
    } catch (thrown) {
      setError(thrown);
    } finally {
      setBusy(false);
    }
  };
  const locked = typeName !== undefined && typed.trim() !== typeName;

  return (
    <Dialog
      open={open}
      onOpen={close}
      title={title}
      width="small"
      footer={
        <>
          <Button onClick={() => close(false)}>Cancel</Button>
          <Button
            variant={danger ? 'danger' : 'primary'}
            busy={busy}
            disabled={locked}
            onClick={() => void confirm()}
          >
            {action}
          </Button>
        </>
      }
    >
      <form
        className="flex flex-col gap-4 text-sm"
        onSubmit={(event) => {
          event.preventDefault();
          if (!locked && !busy) void confirm();
        }}
      >
        <div className="text-soft">{children}</div>
        {typeName !== undefined && (
          <Field label={`Type ${typeName} to go on`}>
            <TextInput
              value={typed}
              onChange={(event) => setTyped(event.currentTarget.value)}
              autoComplete="off"
            />
          </Field>
        )}
        <Problem error={error} />
      </form>
    </Dialog>
  );
}
