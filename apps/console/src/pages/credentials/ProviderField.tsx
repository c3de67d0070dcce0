import { Autocomplete } from '@base-ui/react/autocomplete';

import { classNames } from '../../ui/class-names.ts';
import { controlClass } from '../../ui/control-class.ts';
import { Field } from '../../ui/Field.tsx';
import { knownServices } from './known-services.ts';

export interface ProviderFieldProps {
  /** The slug of a service, or what is typed of it. */
  readonly value: string;
  readonly onValue: (provider: string) => void;
  readonly error: string | undefined;
}

const slugs = knownServices.map(({ slug }) => slug);
const titles = new Map(knownServices.map(({ slug, title }) => [slug, title]));

/** The service that a credential is of: one that Plugboard knows, or any other by a name of one's own. */
export function ProviderField({ value, onValue, error }: ProviderFieldProps) {
  return (
    <Field
      label="Service"
      error={error}
      about="Its keys are then checked for their form, and can be tested."
    >
      <Autocomplete.Root items={slugs} value={value} onValueChange={onValue}>
        <Autocomplete.Input
          placeholder="github"
          maxLength={63}
          spellCheck={false}
          className={classNames(controlClass, 'h-9')}
        />
        <Autocomplete.Portal>
          <Autocomplete.Positioner sideOffset={4} className="z-50">
            <Autocomplete.Popup className="glass-high max-h-64 w-[var(--anchor-width)] overflow-y-auto rounded-lg p-1 text-sm empty:hidden">
              <Autocomplete.List>
                {(slug: string) => (
                  <Autocomplete.Item
                    key={slug}
                    value={slug}
                    className="flex cursor-default items-center justify-between gap-3 rounded-md px-2 py-1.5 select-none data-[highlighted]:bg-accent-soft"
                  >
                    {titles.get(slug)}
                    <code className="text-xs text-faint">{slug}</code>
                  </Autocomplete.Item>
                )}
              </Autocomplete.List>
            </Autocomplete.Popup>
          </Autocomplete.Positioner>
        </Autocomplete.Portal>
      </Autocomplete.Root>
    </Field>
  );
}
