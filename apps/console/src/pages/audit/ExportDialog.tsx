import { Download } from 'lucide-react';
import { type SyntheticEvent, useEffect, useId, useRef, useState } from 'react';

import { tellDone } from '../../shell/toast-manager.ts';
import { Button } from '../../ui/Button.tsx';
import { Dialog } from '../../ui/Dialog.tsx';
import { Problem } from '../../ui/ErrorState.tsx';
import { Field } from '../../ui/Field.tsx';
import { formatBytes, plural } from '../../ui/format.ts';
import { TextInput } from '../../ui/TextInput.tsx';
import { saveFile } from '../../ui/save-file.ts';
import { exportAudit } from './export-audit.ts';

export interface ExportDialogProps {
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
}

/** Saves the log, or a part of it, as a file that can be verified without Plugboard. */
export function ExportDialog({ open, onOpen }: ExportDialogProps) {
  const formId = useId();
  const [from, setFrom] = useState('');
  const [to, setTo] = useState('');
  const [done, setDone] = useState<number>();
  const [error, setError] = useState<unknown>();
  const stop = useRef<AbortController>(undefined);
  const busy = done !== undefined;
  useEffect(() => () => stop.current?.abort(), []);

  const run = async () => {
    const controller = new AbortController();
    stop.current = controller;
    setDone(0);
    setError(undefined);
    try {
      const range = { from: numberOf(from), to: numberOf(to) };
      const file = await exportAudit(range, setDone, controller.signal);
      saveFile(file, `plugboard-audit-${new Date().toISOString().slice(0, 10)}.ndjson`);
      tellDone(`The export is saved: ${formatBytes(file.size)}`);
      onOpen(false);
    } catch (thrown) {
      if (!controller.signal.aborted) setError(thrown);
    } finally {
      setDone(undefined);
    }
  };
  const wrong = [from, to].some((text) => text.trim() !== '' && numberOf(text) === undefined);
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (!busy && !wrong) void run();
  };

  return (
    <Dialog
      open={open}
      onOpen={(next) => {
        if (!next) stop.current?.abort();
        setError(undefined);
        onOpen(next);
      }}
      title="Export the log"
      about="As NDJSON, a line to each record, oldest first. With it the chain can be verified anywhere."
      width="small"
      footer={
        <>
          <Button onClick={() => (busy ? stop.current?.abort() : onOpen(false))}>
            {busy ? 'Stop' : 'Cancel'}
          </Button>
          <Button
            type="submit"
            form={formId}
            variant="primary"
            busy={busy}
            disabled={wrong}
            icon={<Download className="size-4" aria-hidden />}
          >
            Export
          </Button>
        </>
      }
    >
      <form id={formId} className="flex flex-col gap-4" onSubmit={submit} noValidate>
        <div className="grid grid-cols-2 gap-4">
          <Field label="From record" about="Left empty: the first.">
            <TextInput
              inputMode="numeric"
              value={from}
              placeholder="1"
              onChange={(event) => setFrom(event.currentTarget.value)}
            />
          </Field>
          <Field label="To record" about="Left empty: the last.">
            <TextInput
              inputMode="numeric"
              value={to}
              onChange={(event) => setTo(event.currentTarget.value)}
            />
          </Field>
        </div>
        {wrong && <p className="text-xs text-bad">Records go by whole numbers from 1 on.</p>}
        <p className="text-xs text-faint">
          A part that does not begin with the first record is verified against what stands before
          it: keep your exports in one row.
        </p>
        {busy && (
          <p role="status" className="text-sm text-soft">
            {done === 0 ? 'Beginning…' : plural(done, 'record')}
          </p>
        )}
        <Problem error={error} />
      </form>
    </Dialog>
  );
}

function numberOf(text: string): number | undefined {
  const value = Number(text.trim());
  return text.trim() !== '' && Number.isSafeInteger(value) && value > 0 ? value : undefined;
}
