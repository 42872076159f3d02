// Reads the body of a Request within size and time limits.
import { describe, expect, it } from "vitest";
import { HeldBytes, type ReadLimits } from "../../../src/receiver/body-chunks.js";
import { readRequestBody } from "../../../src/receiver/http/read-fetch-body.js";

const LIMITS: ReadLimits = { maxBodyBytes: 1_000, timeoutMs: 10_000, held: new HeldBytes(10_000_000) };

function post(body: string | Uint8Array | ReadableStream | null, headers: Record<string, string> = {}): Request {
  return new Request("http://x.example/", { method: "POST", body, headers, duplex: "half" } as RequestInit);
}

/** A stream of what the generator yields, and what became of it. */
function streamed(chunks: Iterable<unknown>) {
  const state = { pulled: 0, isCancelled: false };
  const iterator = chunks[Symbol.iterator]();
  const stream = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        const { done, value } = iterator.next();
        if (done) return controller.close();
        state.pulled++;
        controller.enqueue(value as Uint8Array);
      },
      cancel() {
        state.isCancelled = true;
      },
    },
    { highWaterMark: 0 },
  );
  return { state, stream };
}

function* endless(): Generator<Uint8Array> {
  for (;;) yield new Uint8Array(100);
}

describe("readRequestBody accepts", () => {
  it.each<[string, Request, Buffer]>([
    ["a text", post('{"a":1}'), Buffer.from('{"a":1}')],
    ["bytes that are not UTF-8", post(new Uint8Array([0xff, 0x00])), Buffer.from([0xff, 0x00])],
    ["an empty text", post(""), Buffer.alloc(0)],
    ["no body", post(null), Buffer.alloc(0)],
    ["no body, and a Content-Length of 0", post(null, { "content-length": "0" }), Buffer.alloc(0)],
    ["a GET", new Request("http://x.example/"), Buffer.alloc(0)],
    ["a body as long as its Content-Length", post("abc", { "content-length": "3" }), Buffer.from("abc")],
    ["a body of just the limit", post(new Uint8Array(1_000)), Buffer.alloc(1_000)],
  ])("%s", async (_name, request, body) => {
    expect(await readRequestBody(request, LIMITS)).toEqual(body);
  });

  it("a body of several chunks", async () => {
    const { stream } = streamed([Buffer.from("ab"), new Uint8Array(0), Buffer.from("c")]);
    expect(await readRequestBody(post(stream), LIMITS)).toEqual(Buffer.from("abc"));
  });
});

describe("readRequestBody rejects", () => {
  it("one byte over the limit", async () => {
    expect(await readRequestBody(post(new Uint8Array(1_001)), LIMITS)).toMatchObject({ name: "body_too_large" });
  });

  it("an endless body at the limit, and cancels it", async () => {
    const { state, stream } = streamed(endless());
    expect(await readRequestBody(post(stream), LIMITS)).toMatchObject({ name: "body_too_large" });
    expect(state.isCancelled).toBe(true);
    expect(state.pulled).toBeLessThanOrEqual(12);
  });

  it("a body that never ends, when its time is up, and cancels it", async () => {
    let isCancelled = false;
    const stream = new ReadableStream<Uint8Array>({
      start: (controller) => controller.enqueue(Buffer.from("abc")),
      pull: () => new Promise(() => {}),
      cancel: () => {
        isCancelled = true;
      },
    });
    const ending = await readRequestBody(post(stream), { ...LIMITS, maxBodyBytes: 1_000, timeoutMs: 30 });
    expect(ending).toMatchObject({ name: "body_timeout", hint: expect.stringContaining("0.03 s") });
    expect(isCancelled).toBe(true);
  });

  it("a body whose source refuses to stop, without waiting for it", async () => {
    const stream = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(600)),
      cancel: () => Promise.reject(new Error("no")),
    });
    expect(await readRequestBody(post(stream), LIMITS)).toMatchObject({ name: "body_too_large" });
  });

  it("a body that breaks off", async () => {
    let pulls = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        if (pulls++ === 0) controller.enqueue(Buffer.from("abc"));
        else controller.error(new Error("connection lost"));
      },
    });
    expect(await readRequestBody(post(stream), LIMITS)).toMatchObject({ name: "bad_body" });
  });

  it.each([
    ["shorter", "abc", "4"],
    ["longer", "abc", "2"],
  ])("a body %s than its Content-Length", async (_name, body, length) => {
    const ending = await readRequestBody(post(body, { "content-length": length }), LIMITS);
    expect(ending).toMatchObject({ name: "bad_body", hint: expect.stringContaining(`Content-Length says ${length}`) });
  });

  it("no body where Content-Length says that there is one", async () => {
    expect(await readRequestBody(post(null, { "content-length": "3" }), LIMITS)).toMatchObject({ name: "bad_body" });
  });

  it("chunks that are no bytes", async () => {
    const { stream } = streamed(["text"]);
    expect(await readRequestBody(post(stream), LIMITS)).toMatchObject({ name: "bad_body" });
  });
});

describe("readRequestBody says misconfigured", () => {
  it("where the body was read before", async () => {
    const request = post("abc");
    await request.text();
    expect(await readRequestBody(request, LIMITS)).toMatchObject({
      name: "misconfigured",
      hint: expect.stringContaining("clone()"),
    });
  });

  it("where someone else is reading it", async () => {
    const request = post("abc");
    request.body?.getReader();
    expect(await readRequestBody(request, LIMITS)).toMatchObject({ name: "misconfigured" });
  });

  it("and reads a clone, whose original was read", async () => {
    const request = post("abc");
    const clone = request.clone();
    await request.text();
    expect(await readRequestBody(clone, LIMITS)).toEqual(Buffer.from("abc"));
  });
});
