// Bodies that two readers may read differently, made of a body that was signed, for the members or fields that its proof binds.

/** A changed body or changed headers, and what is odd about it. */
export interface Variant {
  readonly name: string;
  readonly body?: string | Buffer;
  /** Instead of the delivery's own. */
  readonly contentType?: string | readonly string[] | undefined;
}

const EVIL = "evil";

/** Every character escaped, as no writer does. */
function percent(name: string): string {
  return [...Buffer.from(name, "utf8")].map((byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
}

function escaped(name: string): string {
  return [...name].map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
}

/** Of a form: names written otherwise, fields that only some readers see, and separators that only some split at. */
export function formVariants(body: string, fields: readonly string[]): readonly Variant[] {
  const variants: Variant[] = [
    { name: "a leading question mark", body: `?${body}` },
    { name: "a byte order mark", body: `\ufeff${body}` },
    { name: "an escaped byte order mark", body: `%EF%BB%BF${body}` },
    { name: "empty pieces", body: `&&${body}&` },
    { name: "a fragment", body: `${body}#x` },
    { name: "a NUL behind it", body: `${body}\0` },
    { name: "__proto__", body: `${body}&__proto__=${EVIL}` },
    { name: "bytes that are not UTF-8", body: Buffer.concat([Buffer.from(`${body}&x=`), Buffer.from([0xc0, 0xaf])]) },
    { name: "an escaped byte that is no UTF-8", body: `${body}%ff` },
    { name: "a broken escape", body: `${body}%zz` },
    { name: "plus written as %20", body: body.replaceAll("+", "%20") },
    { name: "escapes in lower case", body: body.replace(/%[0-9A-F]{2}/g, (one) => one.toLowerCase()) },
  ];
  for (const field of fields) {
    const pairs = body.split("&");
    const own = pairs.filter((pair) => pair.startsWith(`${field}=`));
    const others = pairs.filter((pair) => !own.includes(pair));
    const spellings = [
      field,
      percent(field),
      `${field}[]`,
      `${field}[0]`,
      `${field}.`,
      ` ${field}`,
      `+${field}`,
      `${field}+`,
    ];
    spellings.push(
      `${field}%00`,
      `${field}\0`,
      `${field}%zz`,
      `%c0%ae${field}`,
      `?${field}`,
      `\ufeff${field}`,
      `${field};`,
    );
    spellings.push(field.toLowerCase(), field.toUpperCase());
    for (const spelling of spellings) {
      variants.push(
        { name: `${spelling} in front`, body: `${spelling}=${EVIL}&${body}` },
        { name: `${spelling} behind`, body: `${body}&${spelling}=${EVIL}` },
        {
          name: `${spelling} instead`,
          body: [...others, ...own.map((one) => one.replace(field, () => spelling))].join("&"),
        },
        // A reader that takes off a leading "?" still finds the field; one that does not, finds none.
        {
          name: `${spelling} instead and first`,
          body: [...own.map((one) => one.replace(field, () => spelling)), ...others].join("&"),
        },
      );
    }
    for (const separator of [";", "\n", "\r\n", "%26", ",", "\u2028"]) {
      variants.push(
        { name: `${JSON.stringify(separator)} in front`, body: `${field}=${EVIL}${separator}${body}` },
        { name: `${JSON.stringify(separator)} behind`, body: `${body}${separator}${field}=${EVIL}` },
      );
    }
  }
  return variants;
}

/** Of a JSON object: members given twice, plainly and in other spellings, at every depth, and texts that only some readers take. */
export function jsonVariants(body: string, paths: readonly string[]): readonly Variant[] {
  const inner = body.slice(1, -1);
  const variants: Variant[] = [
    { name: "a byte order mark", body: `\ufeff${body}` },
    { name: "white space around", body: ` \n${body}\t` },
    { name: "a no-break space", body: `\u00a0${body}` },
    { name: "a NUL behind it", body: `${body}\0` },
    { name: "a comment", body: `/* */${body}` },
    { name: "a trailing comma", body: `{${inner},}` },
    { name: "a second text", body: `${body}${body}` },
    { name: "an array around", body: `[${body}]` },
    { name: "a member around", body: `{"x":${body}}` },
    {
      name: "bytes that are not UTF-8",
      body: Buffer.concat([Buffer.from(`{${inner},"x":"`), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]),
    },
    { name: "__proto__", body: `{${inner},"__proto__":{"x":1}}` },
    { name: "constructor.prototype", body: `{${inner},"constructor":{"prototype":{"x":1}}}` },
    { name: "UTF-16", body: Buffer.from(body, "utf16le") },
  ];
  for (const path of paths) {
    const names = path.split(".");
    const root = names[0] as string;
    const last = names.at(-1) as string;
    const value = names.slice(1).reduceRight((member, name) => `{${JSON.stringify(name)}:${member}}`, `"${EVIL}"`);
    const spellings = [
      JSON.stringify(root),
      `"${escaped(root)}"`,
      `"${root}\\u0000"`,
      `" ${root}"`,
      `"${root.toUpperCase()}"`,
    ];
    for (const spelling of spellings) {
      variants.push(
        { name: `${spelling} in front`, body: `{${spelling}:${value},${inner}}` },
        { name: `${spelling} behind`, body: `{${inner},${spelling}:${value}}` },
        { name: `${spelling} both in front and behind`, body: `{${spelling}:${value},${inner},${spelling}:${value}}` },
      );
    }
    variants.push(
      { name: `${root} in __proto__`, body: `{"__proto__":{${JSON.stringify(root)}:${value}},${inner}}` },
      { name: `${path} as one name`, body: `{${inner},${JSON.stringify(path)}:"${EVIL}"}` },
      { name: `the root spelled otherwise`, body: body.replace(JSON.stringify(root), () => `"${escaped(root)}"`) },
    );
    for (const spelling of [JSON.stringify(last), `"${escaped(last)}"`]) {
      const doubled = (by: string) => body.replace(`${JSON.stringify(last)}:`, () => by);
      variants.push(
        {
          name: `${path}: ${spelling} twice, ours last`,
          body: doubled(`${spelling}:"${EVIL}",${JSON.stringify(last)}:`),
        },
        {
          name: `${path}: ${spelling} twice, ours first`,
          body: body.replace(
            new RegExp(`("${last.replace(/\W/g, "\\$&")}":(?:"[^"]*"|[\\w.]+))`),
            `$1,${spelling.replaceAll("$", "$$$$")}:"${EVIL}"`,
          ),
        },
      );
    }
  }
  return variants;
}

/** Of a multipart body with one field: parts given twice, and heads that readers differ about. */
export function multipartVariants(body: string, boundary: string, field: string, other: string): readonly Variant[] {
  const part = (head: string, text: string) => `--${boundary}\r\n${head}\r\n\r\n${text}\r\n`;
  const end = `--${boundary}--\r\n`;
  const own = body.slice(0, body.lastIndexOf(`--${boundary}--`));
  const text = own.slice(own.indexOf("\r\n\r\n") + 4, own.lastIndexOf("\r\n"));
  const heads = [
    `Content-Disposition: form-data; name="${field}"`,
    `content-disposition: form-data; name="${field}"`,
    `Content-Disposition: form-data; name=${field}`,
    `Content-Disposition: form-data; name='${field}'`,
    `Content-Disposition: form-data; name="${field}"; filename="x.json"`,
    `Content-Disposition: form-data; filename="x.json"; name="${field}"`,
    `Content-Disposition: form-data; name="x"; name="${field}"`,
    `Content-Disposition: form-data; name="${field}"; name="x"`,
    `Content-Disposition: form-data; name="x"; name*=utf-8''${field}`,
    `Content-Disposition: form-data;\r\n name="${field}"`,
    `Content-Disposition: form-data; name="\\${field}"`,
    `Content-Disposition : form-data; name="${field}"`,
    `X: y\nContent-Disposition: form-data; name="${field}"`,
    `Content-Disposition: form-data; name="x"\r\nContent-Disposition: form-data; name="${field}"`,
    `Content-Disposition: form-data; name="${field}"\r\nContent-Type: application/json; charset=utf-16`,
    `Content-Disposition: form-data; name="${field}"\r\nContent-Transfer-Encoding: base64`,
    `Content-Disposition: form-data; name="${percent(field)}"`,
    `Content-Disposition: form-data; name="${field}[]"`,
    `Content-Disposition: attachment; name="${field}"`,
  ];
  return [
    ...heads.flatMap((head) => [
      { name: `${JSON.stringify(head)} in front`, body: part(head, other) + own + end },
      { name: `${JSON.stringify(head)} behind`, body: own + part(head, other) + end },
      { name: `${JSON.stringify(head)} instead`, body: part(head, text) + end },
    ]),
    { name: "a preamble", body: `${part(heads[0] as string, other).slice(2)}${body}` },
    { name: "an epilogue", body: `${body}${part(heads[0] as string, other)}${end}` },
    { name: "line breaks without CR", body: body.replaceAll("\r\n", "\n") },
    { name: "white space behind the boundary", body: body.replace(`--${boundary}\r\n`, `--${boundary} \r\n`) },
    {
      name: "a boundary that is the beginning of another",
      body: `${own}--${boundary}x\r\n${heads[0]}\r\n\r\n${other}\r\n${end}`,
    },
    {
      name: "a part in a part",
      body: part(heads[0] as string, `--x\r\n${heads[0]}\r\n\r\n${other}\r\n--x--`) + own + end,
    },
    { name: "two boundaries", contentType: `multipart/form-data; boundary=x; boundary=${boundary}` },
    { name: "a quoted boundary", contentType: `multipart/form-data; boundary="${boundary}"` },
    { name: "an escaped boundary", contentType: `multipart/form-data; boundary="\\${boundary}"` },
    { name: "another type of multipart", contentType: `multipart/mixed; boundary=${boundary}` },
    { name: "a form", contentType: "application/x-www-form-urlencoded" },
  ];
}

/** Of any body: types that readers choose differently by. */
export const TYPE_VARIANTS: readonly Variant[] = [
  "application/json",
  "Application/JSON",
  " application/json",
  "application/json ;charset=utf-8",
  'application/json; charset="utf-8"',
  "application/json; charset=utf-16",
  "application/json; charset=utf-8; charset=utf-16",
  "application/json, application/x-www-form-urlencoded",
  "application/x-www-form-urlencoded",
  "APPLICATION/x-www-form-urlencoded; charset=UTF-8",
  " application/x-www-form-urlencoded",
  "application/x-www-form-urlencodedx",
  "application/x-www-form-urlencoded, application/json",
  "multipart/form-data; boundary=x",
  "application/xml",
  "text/plain",
  "application/octet-stream",
  "application/jwt",
  undefined,
  ["application/json", "application/x-www-form-urlencoded"],
  ["application/x-www-form-urlencoded", "application/json"],
].map((contentType) => ({ name: `Content-Type ${JSON.stringify(contentType)}`, contentType }));
