// Sets theme and density before the first paint; a file of its own, since the page allows no inline script.
;(function () {
  var kept
  try {
    kept = JSON.parse(localStorage.getItem('umbel') || 'null')
  } catch {
    kept = null
  }
  kept = kept || {}
  var dark = kept.theme === 'dark' || (kept.theme !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.dataset.theme = dark ? 'dark' : 'light'
  document.documentElement.dataset.density = kept.density || 'normal'
})()
