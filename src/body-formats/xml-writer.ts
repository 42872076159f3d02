// Writes XML for test senders: what the reader would read back. Namespace prefixes are lost.
import { ATTRIBUTE_PREFIX, TEXT_NAME } from "./xml-reader.js";

/** A whole document in UTF-8. */
export function writeXml(payload: unknown): Uint8Array {
  return Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>${write(payload)}`, "utf8");
}

function write(value: unknown): string {
  if (typeof value !== "object" || value === null) return escaped(String(value ?? ""));
  let text = "";
  for (const [name, member] of Object.entries(value)) {
    if (name === TEXT_NAME) text += escaped(String(member));
    else if (!name.startsWith(ATTRIBUTE_PREFIX)) {
      for (const one of Array.isArray(member) ? member : [member]) {
        text += `<${name}${attributesOf(one)}>${write(one)}</${name}>`;
      }
    }
  }
  return text;
}

function attributesOf(value: unknown): string {
  if (typeof value !== "object" || value === null) return "";
  return Object.entries(value)
    .filter(([name]) => name.startsWith(ATTRIBUTE_PREFIX))
    .map(([name, text]) => ` ${name.slice(1)}="${escaped(String(text))}"`)
    .join("");
}

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => ESCAPES[character] as string);
}
