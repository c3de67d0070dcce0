import { Button } from '../../ui/Button.tsx';
import { Field } from '../../ui/Field.tsx';
import { TextInput } from '../../ui/TextInput.tsx';
import { useNow } from '../../ui/use-now.ts';
import { dayFrom } from './read-secret-form.ts';

export interface ExpiryFieldProps {
  /** A day such as 2030-01-31; empty for never. */
  readonly value: string;
  readonly onValue: (day: string) => void;
}

/** The day after which something is good no more. */
export function ExpiryField({ value, onValue }: ExpiryFieldProps) {
  const now = useNow();
  return (
    <div className="flex flex-col gap-2">
      <Field
        label="Last day"
        about="As the service gave it out. Left empty, it never expires. Plugboard tells of it 14 days before, and does not end it by itself."
      >
        <TextInput
          type="date"
          value={value}
          onChange={(event) => onValue(event.currentTarget.value)}
        />
      </Field>
      <div className="flex flex-wrap gap-2">
        {[30, 90, 365].map((days) => (
          <Button key={days} size="small" onClick={() => onValue(dayFrom(now, days))}>
            In {days} days
          </Button>
        ))}
        <Button size="small" onClick={() => onValue('')}>
          Never
        </Button>
      </div>
    </div>
  );
}
