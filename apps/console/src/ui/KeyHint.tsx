/** A key or several at once, as on a keyboard. */
export function KeyHint({ keys }: { readonly keys: string }) {
  return (
    <kbd className="rounded border border-line bg-sunken px-1.5 py-0.5 font-sans text-xs text-soft">
      {keys}
    </kbd>
  );
}
