// The grammar of dhcpd.conf(5): statements that end with a semicolon or hold a block of statements.

export interface IscStatement {
  /** Strings keep their quotes; a comma is a word of its own. */
  readonly words: readonly string[];
  readonly block?: readonly IscStatement[];
}

/** The statements of a text, or undefined when its brackets or quotes do not match. */
export function parseIsc(text: string): readonly IscStatement[] | undefined {
  const tokens = tokensOf(text);
  if (tokens === undefined) return undefined;
  const reading: Reading = { tokens, at: 0, depth: 0 };
  const statements = statementsIn(reading);
  return reading.at === tokens.length ? statements : undefined;
}

/** A statement in its one spelling: single spaces, no comments, keys' secrets left out. */
export function iscText({ words, block }: IscStatement): string {
  const line = words[0] === "secret" ? "secret (hidden)" : words.join(" ").replaceAll(" ,", ",");
  return block === undefined ? line : `${line} { ${block.map((inner) => `${iscText(inner)}${inner.block === undefined ? "; " : " "}`).join("")}}`;
}

/** The text of a quoted word; others are as they are. */
export function unquoted(word: string): string {
  return word.startsWith('"') ? word.slice(1, -1).replace(/\\(.)/gs, "$1") : word;
}

interface Reading {
  readonly tokens: readonly string[];
  at: number;
  depth: number;
}

/** More than people write; what nests deeper is no configuration. */
const deepest = 32;

function tokensOf(text: string): readonly string[] | undefined {
  const tokens: string[] = [];
  const token = /\s+|#[^\n]*|("(?:[^"\\]|\\.)*"|[{};,]|[^\s"#{};,]+)/gsy;
  while (token.lastIndex < text.length) {
    const match = token.exec(text);
    if (match === null) return undefined;
    if (match[1] !== undefined) tokens.push(match[1]);
  }
  return tokens;
}

function statementsIn(reading: Reading): readonly IscStatement[] | undefined {
  const statements: IscStatement[] = [];
  if (reading.depth > deepest) return undefined;
  while (reading.at < reading.tokens.length && reading.tokens[reading.at] !== "}") {
    const statement = statementAt(reading);
    if (statement === undefined) return undefined;
    if (statement.words.length > 0 || statement.block !== undefined) statements.push(statement);
  }
  return statements;
}

function statementAt(reading: Reading): IscStatement | undefined {
  const words: string[] = [];
  for (;;) {
    const token = reading.tokens[reading.at++];
    if (token === undefined || token === "}") return undefined;
    if (token === ";") return { words };
    if (token === "{") return blockAfter(words, reading);
    words.push(token);
  }
}

function blockAfter(words: readonly string[], reading: Reading): IscStatement | undefined {
  reading.depth++;
  const block = statementsIn(reading);
  reading.depth--;
  if (block === undefined || reading.tokens[reading.at++] !== "}") return undefined;
  return { words, block };
}
