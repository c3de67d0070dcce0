// Before anything is painted: the theme that this browser chose, so that no page flashes in the other.
(() => {
  let theme = null;
  try {
    theme = localStorage.getItem('plugboard-theme');
  } catch {
    // Storage is forbidden here: the system's theme it is.
  }
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
})();
