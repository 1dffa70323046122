// The theme that was chosen here before, so that the first paint already has it.
try {
  const chosen = localStorage.getItem('wealist.color-scheme')
  const isDark = chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches)
  document.documentElement.setAttribute('data-mantine-color-scheme', isDark ? 'dark' : 'light')
} catch (error) {
  console.info('The theme of the system is used: the browser keeps no storage for this page.', error)
}
