import type { EnteredKind } from './credential-words.ts';

/** Before the name of an input whose value is sealed. Such inputs keep their value in the page alone. */
export const secretPrefix = 'secret.';

/**
 * What is entered as secret, by field, read from the form at the moment that it is sent: it is kept
 * nowhere else. Fields that were left empty are left out.
 */
export function readSecretFields(form: HTMLFormElement, kind: EnteredKind): Record<string, string> {
  const data = new FormData(form);
  if (kind === 'custom') {
    const names = data.getAll('custom-name');
    const values = data.getAll('custom-value');
    const rows = names.map((name, row) => [textOf(name).trim(), textOf(values[row])] as const);
    return Object.fromEntries(rows.filter(([name]) => name !== ''));
  }
  const entries = [...data.entries()]
    .filter(([name]) => name.startsWith(secretPrefix))
    .map(([name, value]) => [name.slice(secretPrefix.length), textOf(value)] as const)
    .filter(([, value]) => value !== '');
  return Object.fromEntries(entries);
}

/** One of the other fields of a form; undefined when it is empty. */
export function readField(form: HTMLFormElement, name: string): string | undefined {
  const text = textOf(new FormData(form).get(name)).trim();
  return text === '' ? undefined : text;
}

/** Goes to the first field that is marked as wrong. */
export function focusInvalid(form: HTMLFormElement): void {
  form.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
}

/** Labels as they are typed: with commas or spaces between them. */
export function readLabels(text: string): string[] {
  return [
    ...new Set(
      text
        .toLowerCase()
        .split(/[\s,]+/)
        .filter((label) => label !== ''),
    ),
  ];
}

/** The end of a day in this browser's time, as the API wants it. */
export function endOfDay(day: string): string {
  return new Date(`${day}T23:59:59`).toISOString();
}

/** A day as a date input has it, `days` from `now` on. */
export function dayFrom(now: number, days: number): string {
  const date = new Date(now + days * 86_400_000);
  const two = (part: number) => String(part).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

function textOf(value: FormDataEntryValue | null | undefined): string {
  return typeof value === 'string' ? value : '';
}
