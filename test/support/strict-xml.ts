// A small strict reader of XML: throws where a document is not well formed (XML 1.0 without DTD, comments and CDATA, which we never write).

export interface XmlElement {
  readonly name: string;
  /** The name of the element that it stands in; null for the root. */
  readonly parent: string | null;
  readonly attributes: Readonly<Record<string, string>>;
  /** Its own text, entities resolved. */
  text: string;
}

/** All elements in the order of their start tags. */
export function elementsOf(document: string): readonly XmlElement[] {
  const [declaration] = /^<\?xml version="1\.0" encoding="UTF-8"\?>\n/.exec(document) ?? [];
  if (declaration === undefined) throw new Error('it does not begin with the XML declaration');
  const illegal = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.exec(document);
  if (illegal !== null) throw new Error(`character ${illegal[0].codePointAt(0)} at ${illegal.index} is not allowed`);
  const elements: XmlElement[] = [];
  const open: XmlElement[] = [];
  const piece = /<\/([\w.-]+)>|<([\w.-]+)((?: [\w.-]+="[^"<]*")*)(\/?)>|([^<]+)/gy;
  piece.lastIndex = declaration.length;
  while (piece.lastIndex < document.length) {
    const at = piece.lastIndex;
    const match = piece.exec(document);
    if (match === null) throw new Error(`not well formed at ${at}: ${document.slice(at, at + 60)}`);
    const [, closing, opening, attributes = '', empty, text] = match;
    if (closing !== undefined) {
      const last = open.pop();
      if (last?.name !== closing) throw new Error(`</${closing}> closes <${last?.name ?? 'nothing'}>`);
    } else if (opening !== undefined) {
      if (open.length === 0 && elements.length > 0) throw new Error(`<${opening}> stands behind the root`);
      const element = {
        name: opening,
        parent: open.at(-1)?.name ?? null,
        attributes: attributesOf(attributes),
        text: '',
      };
      elements.push(element);
      if (empty === '') open.push(element);
    } else {
      const inside = open.at(-1);
      const content = resolved(text as string);
      if (inside !== undefined) inside.text += content;
      else if (content.trim() !== '') throw new Error(`text outside the root: ${content}`);
    }
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)?.name}> is never closed`);
  return elements;
}

function attributesOf(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(/ ([\w.-]+)="([^"]*)"/g)) {
    if (name in attributes) throw new Error(`attribute ${name} stands twice`);
    attributes[name] = resolved(value);
  }
  return attributes;
}

function resolved(text: string): string {
  return text.replace(/&(?:(amp|lt|gt|quot|apos);)?/g, (_, name?: string) => {
    if (name === undefined) throw new Error(`a bare & in: ${text}`);
    return { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }[name] as string;
  });
}
