import { Dialog } from '../ui/Dialog.tsx';
import { KeyHint } from '../ui/KeyHint.tsx';
import { navigationEntries } from './navigation.ts';
import { useMay } from './use-me.ts';

const isMac = navigator.platform.startsWith('Mac');

const general = [
  ['Search and commands', isMac ? '⌘ K' : 'Ctrl K'],
  ['Search this page', '/'],
  ['Move through results', '↑ ↓'],
  ['Open what is marked', 'Enter'],
  ['Close what is open', 'Esc'],
  ['These shortcuts', '?'],
] as const;

/** All keys that do something. */
export function ShortcutsSheet({
  open,
  onOpen,
}: {
  readonly open: boolean;
  readonly onOpen: (open: boolean) => void;
}) {
  const may = useMay();
  return (
    <Dialog
      open={open}
      onOpen={onOpen}
      title="Keyboard shortcuts"
      about="They work while nothing is being typed. Press the keys of “Go to” one after the other."
    >
      <div className="grid gap-x-8 gap-y-6 sm:grid-cols-2">
        <Group title="Everywhere" rows={general} />
        <Group
          title="Go to"
          rows={navigationEntries
            .filter(({ needs }) => needs === undefined || may(needs))
            .map(({ label, key }) => [label, `g ${key}`] as const)}
        />
      </div>
    </Dialog>
  );
}

function Group({
  title,
  rows,
}: {
  readonly title: string;
  readonly rows: readonly (readonly [string, string])[];
}) {
  return (
    <section>
      <h3 className="mb-2 text-xs font-medium text-faint">{title}</h3>
      <dl className="flex flex-col gap-1.5 text-sm">
        {rows.map(([label, keys]) => (
          <div key={label} className="flex items-center justify-between gap-4">
            <dt>{label}</dt>
            <dd>
              <KeyHint keys={keys} />
            </dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
