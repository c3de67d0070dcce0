import { useEffect } from 'react';

/** Whether keys are being typed into something. */
export function isTyping(event: KeyboardEvent): boolean {
  const { target } = event;
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}

/** Whether something is open over the page, which has keys of its own. Toasts are dialogs too, but pass. */
function isCovered(): boolean {
  const covers = document.querySelectorAll('[role="dialog"], [role="alertdialog"], [role="menu"]');
  return [...covers].some((element) => element.closest('[data-toasts]') === null);
}

/** What a key does on the whole page: by the key (`?`), or by two in a row (`g h`). */
export type Shortcuts = Readonly<Record<string, () => void>>;

/** Obeys keys while nobody types and nothing is open over the page. Give a stable object. */
export function useShortcuts(shortcuts: Shortcuts): void {
  useEffect(() => {
    let first: string | undefined;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const listen = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return;
      if (isTyping(event) || isCovered()) return;
      const keys = first === undefined ? event.key : `${first} ${event.key}`;
      const action = shortcuts[keys];
      clearTimeout(timer);
      first = undefined;
      if (action) {
        event.preventDefault();
        action();
      } else if (Object.keys(shortcuts).some((each) => each.startsWith(`${event.key} `))) {
        first = event.key;
        timer = setTimeout(() => (first = undefined), 1200);
      }
    };
    document.addEventListener('keydown', listen);
    return () => {
      document.removeEventListener('keydown', listen);
      clearTimeout(timer);
    };
  }, [shortcuts]);
}
