// A classic script: it runs before the first paint, so that a remembered theme never flashes.
(function () {
  "use strict";
  var theme = null;
  try {
    theme = localStorage.getItem("countersign.theme");
  } catch (error) {
    // Storage may be switched off: the system's theme it is.
  }
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
})();
