/** The mark and the name. */
export function Brand() {
  return (
    <span className="flex items-center gap-2.5 font-semibold tracking-tight">
      <img src="/favicon.svg" alt="" width={26} height={26} />
      Plugboard
    </span>
  );
}
