import { FileKey2, FileUp } from 'lucide-react';
import { type DragEvent, useRef, useState } from 'react';

import { Button } from '../../ui/Button.tsx';
import { classNames } from '../../ui/class-names.ts';
import { Field } from '../../ui/Field.tsx';
import { TextArea } from '../../ui/TextInput.tsx';
import { secretPrefix } from './read-secret-form.ts';

/** Larger files are none of keys; the server takes no more. */
const mostBytes = 65_536;

/** The key file of a service account: dropped, chosen or pasted. It stays in the page until it is sent. */
export function KeyFileField({ error }: { readonly error: string | undefined }) {
  const area = useRef<HTMLTextAreaElement>(null);
  const picker = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [taken, setTaken] = useState<string>();
  const [problem, setProblem] = useState<string>();

  const take = async (file: File | undefined) => {
    if (file === undefined || !area.current) return;
    setTaken(undefined);
    if (file.size > mostBytes) {
      setProblem(`${file.name} is larger than 64 KB, so it is no key file.`);
      return;
    }
    setProblem(undefined);
    area.current.value = await file.text();
    setTaken(file.name);
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    void take(event.dataTransfer.files[0]);
  };

  return (
    <div
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
      className={classNames(
        'flex flex-col gap-3 rounded-xl border border-dashed p-4',
        over ? 'border-accent bg-accent-soft' : 'border-line-strong',
      )}
    >
      <div className="flex flex-wrap items-center gap-3 text-sm">
        <FileKey2 className="size-5 text-accent" aria-hidden />
        <p className="min-w-0 flex-1 basis-48" role="status">
          {taken === undefined ? (
            'Drop the JSON key file here, or paste it below.'
          ) : (
            <>
              <bdi>{taken}</bdi> is taken.
            </>
          )}
        </p>
        <Button
          size="small"
          icon={<FileUp className="size-4" aria-hidden />}
          onClick={() => picker.current?.click()}
        >
          Choose a file
        </Button>
        <input
          ref={picker}
          type="file"
          accept="application/json,.json"
          className="hidden"
          aria-label="Key file"
          onChange={(event) => {
            void take(event.currentTarget.files?.[0]);
            // So that the same file can be chosen again.
            event.currentTarget.value = '';
          }}
        />
      </div>
      <Field
        label="Key file"
        required
        error={problem ?? error}
        about="As it was downloaded, whole. Google Cloud calls it a key of a service account; other clouds’ JSON is taken as it is."
      >
        <TextArea
          ref={area}
          rows={5}
          name={`${secretPrefix}json`}
          spellCheck={false}
          autoComplete="off"
          className="font-mono text-xs [-webkit-text-security:disc]"
          placeholder='{ "type": "service_account", … }'
          onChange={() => setTaken(undefined)}
        />
      </Field>
    </div>
  );
}
