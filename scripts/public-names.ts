// Reads every public name from the sources, with its declaration and its doc comment.
import { fileURLToPath } from "node:url";
import type {
  ClassDeclaration,
  FunctionDeclaration,
  Node,
  SourceFile,
  VariableDeclaration,
} from "typescript/unstable/ast";
import { SyntaxKind } from "typescript/unstable/ast";
import { API, SymbolFlags } from "typescript/unstable/sync";
import { entryPoints, root } from "./entry-points.js";

export type Kind = "function" | "constant" | "class" | "type";

export interface PublicName {
  readonly name: string;
  readonly kind: Kind;
  /** Below the package's root. */
  readonly source: string;
  /** As it is declared, without bodies, initializers and private members. */
  readonly signature: string;
  /** The doc comment without its stars, or an empty text. */
  readonly comment: string;
}

/** Each entry point's specifier, with what it exports, sorted by name. */
export function publicNames(): ReadonlyMap<string, readonly PublicName[]> {
  const folder = fileURLToPath(root);
  const api = new API({ cwd: folder });
  try {
    const snapshot = api.updateSnapshot({ openProjects: [`${folder}tsconfig.build.json`] });
    const [project] = snapshot.getProjects();
    if (project === undefined) throw new Error("tsconfig.build.json: the compiler has not opened it");
    const { program, checker } = project;
    const names = new Map<string, readonly PublicName[]>();
    for (const { specifier, source, isCommand } of entryPoints()) {
      if (isCommand) continue;
      const file = program.getSourceFile(folder + source);
      const exported = file && checker.getSymbolAtLocation(file);
      if (exported === undefined) throw new Error(`${source}: the compiler knows no such module`);
      const found = checker.getExportsOfModule(exported).map((symbol) => {
        const own = symbol.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
        const nodes = own.declarations.flatMap((handle) => handle.resolve(project) ?? []);
        return nameOf(symbol.name, nodes, folder);
      });
      names.set(
        specifier,
        found.sort((a, b) => a.name.localeCompare(b.name, "en")),
      );
    }
    return names;
  } finally {
    api.close();
  }
}

function nameOf(name: string, nodes: readonly Node[], folder: string): PublicName {
  const [first] = nodes;
  if (first === undefined) throw new Error(`${name} has no declaration`);
  // The last declaration of an overloaded function is its implementation, which callers do not see.
  const shown = nodes.length > 1 && first.kind === SyntaxKind.FunctionDeclaration ? nodes.slice(0, -1) : nodes;
  return {
    name,
    kind: kindOf(first),
    source: first.getSourceFile().fileName.slice(folder.length),
    signature: shown.map(signatureOf).join("\n"),
    comment: nodes.map(commentOf).find((text) => text !== "") ?? "",
  };
}

function kindOf({ kind }: Node): Kind {
  if (kind === SyntaxKind.FunctionDeclaration) return "function";
  if (kind === SyntaxKind.ClassDeclaration) return "class";
  return kind === SyntaxKind.VariableDeclaration ? "constant" : "type";
}

function signatureOf(node: Node): string {
  if (node.kind === SyntaxKind.FunctionDeclaration) return withoutBody(node as FunctionDeclaration);
  if (node.kind === SyntaxKind.ClassDeclaration) return classOf(node as ClassDeclaration);
  if (node.kind !== SyntaxKind.VariableDeclaration) return bare(node.getText());
  const { name, type, initializer } = node as VariableDeclaration;
  return type === undefined
    ? `const ${name.getText()} = ${initializer?.getText()}`
    : `const ${name.getText()}: ${type.getText()}`;
}

function withoutBody(node: Node & { readonly body?: Node | undefined }): string {
  const text = node.getText();
  if (node.body === undefined) return bare(text).replace(/;$/, "");
  return bare(text.slice(0, node.body.getStart() - node.getStart())).trimEnd();
}

function classOf(node: ClassDeclaration): string {
  const text = node.getText();
  const [first] = node.members;
  const head = first === undefined ? text.slice(0, -1) : text.slice(0, first.getFullStart() - node.getStart());
  const members = node.members
    .filter((member) => !/^(private |(readonly |async )?#)/.test(member.getText()))
    .map((member) => {
      const comment = textOfComment(member);
      return `\n${comment === "" ? "" : `  ${comment}\n`}  ${withoutBody(member as Node & { body?: Node }).replace(/;$/, "")};`;
    });
  return `${bare(head).trimEnd()}${members.join("")}\n}`;
}

const bare = (text: string): string => text.replace(/^export /, "").replace(/^async /, "");

function commentOf(node: Node): string {
  // That of a constant is before the whole statement.
  const documented = node.kind === SyntaxKind.VariableDeclaration ? node.parent.parent : node;
  return textOfComment(documented)
    .replace(/^\/\*\*|\*\/$/g, "")
    .replace(/^[ \t]*\* ?/gm, "")
    .trim();
}

/** The last doc comment before a node, as it is written. */
function textOfComment(node: Node): string {
  const { text }: SourceFile = node.getSourceFile();
  return (
    text
      .slice(node.getFullStart(), node.getStart())
      .match(/\/\*\*(?:(?!\*\/)[\s\S])*\*\//g)
      ?.at(-1) ?? ""
  );
}
