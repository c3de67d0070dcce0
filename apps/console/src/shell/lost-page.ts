const key = 'plugboard-reloaded-at';
/** A page that is gone again so soon after its reload is gone for good. */
const oneReloadMs = 60_000;

/** Whether a page's code could not be loaded: after an update an old tab asks for files that are gone. */
export function isLostPage(error: unknown): error is Error {
  return (
    error instanceof Error &&
    // In the words of Chromium, Firefox and Safari, and of Vite for style sheets; there is no code.
    /dynamically imported module|importing a module script|unable to preload css/i.test(
      error.message,
    )
  );
}

/**
 * Loads the page anew, once: false when that was just tried, or nobody could remember that it was. The
 * router does so itself for the code of whole pages, and leaves its mark.
 */
export function reloadOnce(
  { message }: Error,
  {
    now = Date.now(),
    storage = sessionStorage,
    reload = () => location.reload(),
  }: ReloadMeans = {},
): boolean {
  try {
    if (storage.getItem(`tanstack_router_reload:${message}`) !== null) return false;
    const last = Number(storage.getItem(key) ?? Number.NaN);
    if (now - last < oneReloadMs) return false;
    storage.setItem(key, String(now));
  } catch {
    return false;
  }
  reload();
  return true;
}

interface ReloadMeans {
  /** Epoch milliseconds. */
  readonly now?: number;
  readonly storage?: Pick<Storage, 'getItem' | 'setItem'>;
  readonly reload?: () => void;
}
