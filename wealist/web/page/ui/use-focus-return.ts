import { useEffect, useState } from 'react'

/** By then a dialog that takes this one's place has the focus. */
const SETTLED_MS = 30

/** Where the focus was when the dialog that is open, or the one before it, was opened. */
let opener: Element | null = null

/**
 * Gives the focus back when a dialog goes: to where it was, or to the heading of the page if that has gone meanwhile.
 * Mantine does so only for dialogs that are rendered while they are closed.
 */
export function useFocusReturn(): void {
  useState(rememberOpener) // while rendering, for the dialog takes the focus before any effect of ours
  useEffect(() => () => void setTimeout(returnFocus, SETTLED_MS), [])
}

function rememberOpener(): void {
  const active = openerOf(document.activeElement)
  // A dialog that takes another's place comes back to where that one was opened.
  if (active !== null && active !== document.body && active.closest('[role="dialog"]') === null) opener = active
}

/** A menu goes with what is chosen in it: then the button stands for it by which the menu was opened. */
function openerOf(active: Element | null): Element | null {
  const menu = active?.closest('[role="menu"]')
  return menu === null || menu === undefined
    ? active
    : document.getElementById(menu.getAttribute('aria-labelledby') ?? '')
}

/** After the dialog has gone, and unless somebody else has taken the focus. */
function returnFocus(): void {
  if (document.activeElement !== null && document.activeElement !== document.body) return
  const place = opener?.isConnected === true ? opener : document.querySelector('h1')
  if (place instanceof HTMLElement) place.focus({ preventScroll: true })
}
