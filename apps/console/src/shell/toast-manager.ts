import { Toast } from '@base-ui/react/toast';

/** Passing messages; `ToastList` shows them. */
export const toasts = Toast.createToastManager();

/** Says that something was done. With `undo`, offers to take it back for ten seconds. */
export function tellDone(message: string, undo?: () => void): void {
  toasts.add({
    title: message,
    type: 'done',
    timeout: undo ? 10_000 : 4000,
    ...(undo && { actionProps: { children: 'Undo', onClick: undo } }),
  });
}

/** Says that something failed, until it is put away. */
export function tellFailed(message: string): void {
  toasts.add({ title: message, type: 'failed', priority: 'high', timeout: 12_000 });
}
