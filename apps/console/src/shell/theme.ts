import { useSyncExternalStore } from 'react';

export type Theme = 'system' | 'light' | 'dark';

const key = 'plugboard-theme';
const listeners = new Set<() => void>();

/** The theme that this browser chose. */
export function useTheme(): Theme {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => {
      const chosen = localStorage.getItem(key);
      return chosen === 'light' || chosen === 'dark' ? chosen : 'system';
    },
  );
}

/** Chooses a theme, also for the pages that the server draws, which read the cookie. */
export function chooseTheme(theme: Theme): void {
  const root = document.documentElement;
  const yearInSeconds = 31_536_000;
  if (theme === 'system') {
    localStorage.removeItem(key);
    delete root.dataset['theme'];
    document.cookie = `${key}=; path=/; max-age=0; samesite=lax`;
  } else {
    localStorage.setItem(key, theme);
    root.dataset['theme'] = theme;
    document.cookie = `${key}=${theme}; path=/; max-age=${yearInSeconds}; samesite=lax`;
  }
  listeners.forEach((listener) => listener());
}
