/** Contrast of every pair of colours is at least 4.5 to 1 (WCAG 2.2, 1.4.3). */
export const STATUS_STYLE = `
:root{color-scheme:light dark;--ground:#eef1f5;--card:#fff;--ink:#17202b;--soft:#4d5a69;--line:#d5dbe3;--accent:#0a5a9c;--good:#17693a;--warn:#8a4b00;--bad:#b3261e}
@media (prefers-color-scheme:dark){:root{--ground:#0f141a;--card:#1a212a;--ink:#e9eef4;--soft:#aab6c4;--line:#333e4b;--accent:#8cc4ff;--good:#7fd8a0;--warn:#ffc27a;--bad:#ff9d94}}
*{box-sizing:border-box}
body{margin:0 auto;max-width:64rem;padding:clamp(1rem,3vw,2rem);background:var(--ground);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Apple SD Gothic Neo","Malgun Gothic","Noto Sans KR","Noto Sans CJK KR",sans-serif;word-break:keep-all;overflow-wrap:anywhere}
header{display:flex;gap:1rem;align-items:baseline;justify-content:space-between}
h1{margin:0;font-size:clamp(1.25rem,4.5vw,1.75rem);line-height:1.3}
h2{margin:0 0 .75rem;font-size:1.05rem}
a{color:var(--accent)}
a:focus-visible{outline:3px solid var(--accent);outline-offset:3px}
p{margin:0;color:var(--soft)}
.stale{margin-top:1rem;padding:.75rem 1rem;border-radius:.75rem;border:2px solid var(--bad);color:var(--bad);font-weight:600}
.state{display:flex;gap:.75rem;align-items:center;margin:1rem 0 1.25rem;font-weight:600}
.sign{flex:none;display:grid;place-items:center;width:1.75rem;height:1.75rem;border:2px solid currentColor;border-radius:50%;line-height:1}
.works{color:var(--good)}.warns{color:var(--warn)}.fails{color:var(--bad)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:.75rem;margin:0}
.tiles div,section{background:var(--card);border:1px solid var(--line);border-radius:.9rem;padding:1rem}
dt{color:var(--soft);font-size:.85rem}
dd{margin:.25rem 0 0;font-size:1.5rem;font-weight:650;line-height:1.2;font-variant-numeric:tabular-nums}
dd small{display:block;margin-top:.35rem;color:var(--soft);font-size:.8rem;font-weight:400;line-height:1.35}
section{margin-top:.75rem}
table{width:100%;border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{padding:.4rem .5rem;border-top:1px solid var(--line);text-align:right;vertical-align:top;white-space:nowrap}
thead th{border-top:0;color:var(--soft);font-weight:500;font-size:.8rem;white-space:normal}
th:first-child{text-align:left;padding-left:0;white-space:normal;word-break:break-word}
tbody th{font-weight:600;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
td:last-child,th:last-child{padding-right:0}
footer{margin-top:1rem;font-size:.85rem}
@media (max-width:40rem){
thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
tr{display:grid;grid-template-columns:1fr 1fr;padding:.6rem 0;border-top:1px solid var(--line)}
tbody tr:first-child{border-top:0;padding-top:0}
tbody th{grid-column:1/-1;border:0;padding:0 0 .25rem}
td,td:last-child{display:flex;justify-content:space-between;gap:.75rem;border:0;padding:.1rem .75rem .1rem 0}
td::before{content:attr(data-label);color:var(--soft);font-size:.8rem;text-align:left;white-space:normal}
}
@media (max-width:28rem){tr{grid-template-columns:1fr}}
`

/**
 * Asks for the page every two seconds and puts its middle in place of the old one: in one step, so that nothing flickers,
 * and not while somebody marks text in it. A tab that nobody looks at asks nothing.
 */
export const STATUS_SCRIPT = `
(() => {
  const live = document.getElementById('live'), stale = document.querySelector('.stale')
  let timer
  async function refresh() {
    clearTimeout(timer)
    try {
      const answer = await fetch(location.href, { cache: 'no-store', signal: AbortSignal.timeout(5000) })
      if (!answer.ok) throw new Error(String(answer.status))
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById('live')
      const isMarked = !getSelection().isCollapsed
      if (page && !isMarked && page.innerHTML !== live.innerHTML) live.replaceChildren(...page.childNodes)
      stale.hidden = true
    } catch { stale.hidden = false }
    if (!document.hidden) timer = setTimeout(refresh, 2000)
  }
  timer = setTimeout(refresh, 2000)
  addEventListener('visibilitychange', () => { if (!document.hidden) refresh() })
})()
`
