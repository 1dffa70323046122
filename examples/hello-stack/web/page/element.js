const SVG = 'http://www.w3.org/2000/svg'

/** An element with attributes; texts only ever become text nodes. */
export function element(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children)
}

export function svgElement(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children)
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, String(value))
  node.append(...children)
  return node
}

/** Replaces a text only when it differs: a live region speaks at every replacement. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text
}
