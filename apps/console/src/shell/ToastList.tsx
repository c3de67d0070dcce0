import { Toast } from '@base-ui/react/toast';
import { CircleAlert, CircleCheck, X } from 'lucide-react';

import { buttonClass } from '../ui/button-class.ts';
import { toasts } from './toast-manager.ts';

/** Passing messages, at the window's lower edge. */
export function ToastList() {
  return (
    <Toast.Provider toastManager={toasts} limit={3}>
      <Toast.Portal>
        <Toast.Viewport
          data-toasts
          className="fixed inset-x-4 bottom-20 z-50 flex flex-col-reverse gap-2 sm:inset-x-auto sm:right-6 sm:bottom-6 sm:w-96"
        >
          <Toasts />
        </Toast.Viewport>
      </Toast.Portal>
    </Toast.Provider>
  );
}

function Toasts() {
  const { toasts: shown } = Toast.useToastManager();
  return shown.map((toast) => (
    <Toast.Root
      key={toast.id}
      toast={toast}
      className="glass-high flex items-center gap-3 rounded-xl px-4 py-3 text-sm transition-opacity duration-150 data-[ending-style]:opacity-0 data-[limited]:hidden data-[starting-style]:opacity-0"
    >
      {toast.type === 'failed' ? (
        <CircleAlert className="size-4 shrink-0 text-bad" aria-hidden />
      ) : (
        <CircleCheck className="size-4 shrink-0 text-good" aria-hidden />
      )}
      <Toast.Title render={<p />} className="min-w-0 flex-1 [overflow-wrap:anywhere]" />
      <Toast.Action className={buttonClass('secondary', 'small')} />
      <Toast.Close aria-label="Put away" className={buttonClass('quiet', 'icon-small')}>
        <X className="size-4" aria-hidden />
      </Toast.Close>
    </Toast.Root>
  ));
}
