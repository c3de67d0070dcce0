import { visibleText } from '../../../ui/Untrusted.tsx';

const most = 400;

/** A setting's value in one line. */
export function shownValue(value: unknown): string {
  if (value === undefined || value === null) return 'not set';
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  if (text === '') return '(empty)';
  return visibleText(text.length > most ? `${text.slice(0, most)}…` : text);
}
