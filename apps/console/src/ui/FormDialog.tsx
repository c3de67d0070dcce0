import { type ReactNode, useId } from 'react';

import { Button } from './Button.tsx';
import { Dialog, type DialogProps } from './Dialog.tsx';
import { Problem } from './ErrorState.tsx';

export interface FormDialogProps extends Pick<DialogProps, 'title' | 'about' | 'width'> {
  /** Fields; what was refused is shown below them. */
  readonly children: ReactNode;
  /** The verb on the button. */
  readonly action: string;
  readonly busy: boolean;
  readonly disabled?: boolean;
  readonly error: unknown;
  /** Not called while it is busy or disabled. */
  readonly onSubmit: () => void;
  readonly onClose: () => void;
  /** What is shown in place of the form once it is done, such as a secret that is shown this once. */
  readonly done?: ReactNode;
  /** Buttons that stand beside that instead of Done alone. */
  readonly doneFooter?: ReactNode;
}

/** Asks for what is needed to do one thing. It is open for as long as it is there. */
export function FormDialog({
  children,
  action,
  busy,
  disabled = false,
  error,
  onSubmit,
  onClose,
  done,
  doneFooter = (
    <Button variant="primary" onClick={onClose}>
      Done
    </Button>
  ),
  ...frame
}: FormDialogProps) {
  const form = useId();
  const isDone = done !== undefined;
  return (
    <Dialog
      {...frame}
      open
      onOpen={(open) => !open && onClose()}
      footer={
        isDone ? (
          doneFooter
        ) : (
          <>
            <Button onClick={onClose}>Cancel</Button>
            <Button type="submit" form={form} variant="primary" busy={busy} disabled={disabled}>
              {action}
            </Button>
          </>
        )
      }
    >
      {isDone ? (
        done
      ) : (
        <form
          id={form}
          className="flex flex-col gap-4"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            if (!busy && !disabled) onSubmit();
          }}
        >
          {children}
          <Problem error={error} />
        </form>
      )}
    </Dialog>
  );
}
