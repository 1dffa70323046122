import { nameOf } from './people.ts'
import { type Language, WORDS } from './words.ts'
import { SHARINGS, type Workspace } from './workspaces.ts'

export interface SignInFacts {
  readonly language: Language
  /** Where to go on, a path of the hub. */
  readonly next: string
  readonly isWrong: boolean
}

export function signInPage({ language, next, isWrong }: SignInFacts): string {
  const words = WORDS[language]
  const fault = isWrong ? `<p role="alert">${words.wrong}</p>` : ''
  return page(
    language,
    `<h1>${words.title}</h1>${fault}
<form method="post" action="/sign-in" class="tall">
<input type="hidden" name="next" value="${escapeHtml(next)}">
<label>${words.name}<input name="name" autocomplete="username" required autofocus></label>
<label>${words.password}<input name="password" type="password" autocomplete="current-password" required></label>
<p>${words.hint}</p>
<button>${words.signIn}</button>
</form>`,
  )
}

export interface HubFacts {
  readonly language: Language
  readonly userId: string
  readonly workspaces: readonly Workspace[]
  /** The address of a workspace's front end. */
  readonly addressOf: (name: string) => string
}

export function hubPage(facts: HubFacts): string {
  const words = WORDS[facts.language]
  const list = facts.workspaces.map((workspace) => workspaceItem(workspace, facts)).join('')
  return page(
    facts.language,
    `<header><h1>${words.title}</h1><form method="post" action="/sign-out">${words.signedInAs(escapeHtml(nameOf(facts.userId)))} <button>${words.signOut}</button></form></header>
<h2>${words.workspaces}</h2>
${list === '' ? `<p>${words.none}</p>` : `<ul>${list}</ul>`}
<form method="post" action="/workspaces">
<label>${words.newName}<input name="name" required pattern="[a-z0-9]([a-z0-9-]*[a-z0-9])?" maxlength="57"></label>
<button>${words.create}</button>
</form>`,
  )
}

function workspaceItem({ name, owner, sharing, now }: Workspace, { language, userId, addressOf }: HubFacts): string {
  const words = WORDS[language]
  const at = `/workspaces/${escapeHtml(name)}`
  const options = SHARINGS.map(
    (each) => `<option value="${each}"${each === sharing ? ' selected' : ''}>${words.sharings[each]}</option>`,
  )
  const own = `<form method="post" action="${at}/${now.state === 'stopped' ? 'start' : 'stop'}"><button>${now.state === 'stopped' ? words.start : words.stop}</button></form>
<form method="post" action="${at}/share"><label>${words.shareWith}<select name="sharing">${options.join('')}</select></label><button>${words.share}</button></form>`
  return `<li data-workspace="${escapeHtml(name)}" data-state="${now.state}">
<b>${escapeHtml(name)}</b> <span>${words.states[now.state]}</span> <span>${words.ownedBy(escapeHtml(nameOf(owner)))}</span>
<a href="${escapeHtml(addressOf(name))}">${words.open}</a>
${owner === userId ? own : ''}</li>`
}

function page(language: Language, body: string): string {
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${WORDS[language].title}</title><link rel="icon" href="data:,"><link rel="stylesheet" href="/hub.css"></head>
<body><main>${body}</main></body></html>
`
}

export const STYLE = `:root{color-scheme:light dark;font:1rem/1.5 system-ui,"Noto Sans KR","Noto Sans CJK KR",sans-serif}
body{margin:0}main{max-width:44rem;margin:0 auto;padding:1.5rem 1rem}
header{display:flex;flex-wrap:wrap;justify-content:space-between;gap:.5rem 1rem;align-items:baseline}
ul{list-style:none;padding:0;display:grid;gap:1rem}
li{border:1px solid color-mix(in srgb,currentColor 25%,transparent);border-radius:.6rem;padding:.8rem 1rem;display:flex;flex-wrap:wrap;gap:.5rem 1rem;align-items:center}
form{display:flex;flex-wrap:wrap;gap:.5rem;align-items:end}form.tall{flex-direction:column;align-items:stretch;max-width:22rem}
label{display:grid;font-size:.85rem}input,select,button{font:inherit;padding:.4rem .6rem}
[role=alert]{border-inline-start:.3rem solid #b3261e;padding-inline-start:.6rem}`

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}
