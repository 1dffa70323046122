/** Contrast of every pair of colours is at least 4.5 to 1 (WCAG 2.2, 1.4.3). */
export const STYLE = `
:root{color-scheme:light dark;--ground:#eef1f5;--card:#fff;--ink:#17202b;--soft:#4d5a69;--line:#d5dbe3;--accent:#0a5a9c;--on-accent:#fff;--good:#17693a;--bad:#b3261e}
@media (prefers-color-scheme:dark){:root{--ground:#0f141a;--card:#1a212a;--ink:#e9eef4;--soft:#aab6c4;--line:#333e4b;--accent:#8cc4ff;--on-accent:#0b1a2a;--good:#7fd8a0;--bad:#ff9d94}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;min-height:100dvh;display:grid;place-items:center;padding:1rem;background:var(--ground);color:var(--ink);font:1rem/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Apple SD Gothic Neo","Malgun Gothic","Noto Sans KR","Noto Sans CJK KR",sans-serif;word-break:keep-all;overflow-wrap:anywhere}
main{width:100%;max-width:36rem;background:var(--card);border:1px solid var(--line);border-radius:1rem;padding:clamp(1.25rem,5vw,2.5rem)}
h1{margin:0 0 .75rem;font-size:clamp(1.35rem,5vw,1.75rem);line-height:1.3;text-wrap:balance}
p{margin:0;color:var(--soft)}
.chain{list-style:none;margin:0 0 2rem;padding:0;display:flex}
.chain li{flex:1 1 0;min-width:0;display:flex;flex-direction:column;align-items:center;text-align:center;position:relative;padding:0 .25rem}
.chain li+li::before{content:"";position:absolute;top:1.25rem;right:calc(50% + 1.75rem);left:calc(-50% + 1.75rem);border-top:2px solid var(--line)}
.chain li.fails::before{border-top-style:dashed;border-color:var(--bad)}
.sign{display:grid;place-items:center;width:2.5rem;height:2.5rem;border:2px solid currentColor;border-radius:50%;font-weight:700;line-height:1;margin-bottom:.5rem}
.works .sign,.works small{color:var(--good)}
.fails .sign,.fails small{color:var(--bad)}
.chain b{font-size:clamp(.75rem,3.3vw,.95rem);line-height:1.3;max-width:100%}
.chain small{font-size:clamp(.75rem,3.3vw,.85rem);line-height:1.4}
.outlook{margin-top:1.5rem}
.outlook [role=status]{display:flex;gap:.75rem;align-items:baseline;margin-bottom:1.25rem}
.pulse{flex:none;width:.625rem;height:.625rem;border-radius:50%;background:var(--accent);animation:pulse 1.6s ease-in-out infinite}
@keyframes pulse{50%{opacity:.25}}
@media (prefers-reduced-motion:reduce){.pulse{animation:none}}
.button{display:inline-block;padding:.6rem 1.25rem;border-radius:.6rem;background:var(--accent);color:var(--on-accent);font-weight:600;text-decoration:none}
.button:hover{text-decoration:underline}
.button:focus-visible{outline:3px solid var(--accent);outline-offset:3px}
dl{margin:2rem 0 0;padding-top:1.25rem;border-top:1px solid var(--line);font-size:.875rem}
dl div{display:flex;flex-wrap:wrap;gap:0 1rem;padding:.15rem 0}
dt{flex:0 0 6.5rem;color:var(--soft)}
dd{margin:0;flex:1 1 12rem;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:clamp(.78rem,3.5vw,.875rem);word-break:break-all}
`

/**
 * Asks by HEAD until somebody else than the gateway answers, then loads the page again. The waits grow, so that a
 * forgotten tab costs little; a tab that is looked at again asks at once.
 */
export const SCRIPT = `
(() => {
  const note = document.querySelector('[role=status]')
  let waitMs = 2000, timer, isAsking = false
  async function isDown() {
    try {
      const answer = await fetch(location.href, { method: 'HEAD', cache: 'no-store', redirect: 'manual',
        headers: { accept: 'application/problem+json' }, signal: AbortSignal.timeout(30000) })
      return (answer.status === 429 || (answer.status >= 502 && answer.status <= 504)) &&
        (answer.headers.get('content-type') || '').startsWith('application/problem+json')
    } catch { return true }
  }
  async function ask() {
    if (isAsking) return
    isAsking = true
    clearTimeout(timer)
    const down = await isDown()
    isAsking = false
    if (!down) { note.textContent = note.dataset.back; location.reload(); return }
    waitMs = Math.min(waitMs * 1.5, 15000)
    timer = setTimeout(ask, waitMs)
  }
  timer = setTimeout(ask, waitMs)
  addEventListener('visibilitychange', () => { if (!document.hidden) { waitMs = 2000; ask() } })
  addEventListener('online', ask)
})()
`
