import { useEffect, useState } from 'react';

const restMs = 120;

/**
 * A text that is typed and belongs in the URL: shown at once, told when typing rests. Give a stable
 * function.
 */
export function useUrlText(
  inUrl: string,
  tell: (text: string) => void,
): readonly [string, (text: string) => void] {
  const [typed, setTyped] = useState(inUrl);
  const [known, setKnown] = useState(inUrl);
  // Somebody else changed the URL, such as the button that goes back.
  if (known !== inUrl) {
    setKnown(inUrl);
    setTyped(inUrl);
  }
  useEffect(() => {
    if (typed === inUrl) return;
    const timer = setTimeout(() => {
      setKnown(typed);
      tell(typed);
    }, restMs);
    return () => clearTimeout(timer);
  }, [typed, inUrl, tell]);
  return [typed, setTyped];
}
